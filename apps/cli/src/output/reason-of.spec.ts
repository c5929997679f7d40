import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { reasonOf } from './reason-of.js';

const dir = mkdtempSync(join(tmpdir(), '9volt-reason-'));
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['a file that is absent', () => readFile(join(dir, 'absent')), 'it does not exist'],
  ['a directory', () => readFile(dir), 'it is a directory'],
  ['a file instead of a directory', () => readdir(import.meta.filename), 'it is not a directory'],
  ['anything else', () => Promise.reject(new Error('broken')), 'broken'],
])('says in words what is wrong with %s', async (_, act: () => Promise<unknown>, expected) => {
  expect(await act().catch(reasonOf)).toBe(expected);
});
