import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SpoolFile, type SpoolFileContent } from './spool-file.js';

let dir: string;
let file: SpoolFile;
const content: SpoolFileContent = {
  cluster: 'c',
  at: '2026-01-01T00:00:00.000Z',
  told: [{ monitor: 'web', incidents: [], delivered: ['a'], settled: ['a', 'b'], stateRevision: 7 }],
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), '9volt-spool-'));
  file = new SpoolFile(dir, 'w1');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('reads what was written, until it is removed', async () => {
  expect(await file.read()).toBeUndefined();
  await file.write(content);
  expect(await file.read()).toEqual(content);
  expect(await readdir(dir)).toEqual(['w1.spool.json']);
  await file.remove();
  expect(await file.read()).toBeUndefined();
});

test('makes a missing directory, for this user only', async () => {
  const deeper = new SpoolFile(join(dir, 'a/b'), 'w1');
  await deeper.write(content);
  expect(await deeper.read()).toEqual(content);
});

test('a write that was interrupted leaves the old file', async () => {
  await file.write(content);
  await writeFile(join(dir, 'w1.spool.json.new'), '{"version":1,"clus');
  expect(await file.read()).toEqual(content);
});

describe('moves an invalid file away, and reports why', () => {
  test.each([
    ['cut', '{"version":1,"clus', /JSON/],
    ['empty', '', /JSON/],
    ['a list', '[]', /no object/],
    ['of a later version', JSON.stringify({ ...content, version: 2 }), /version is 2/],
    ['without its cluster', JSON.stringify({ ...content, version: 1, cluster: undefined }), /part of it is missing/],
    ['with a part that is none', JSON.stringify({ ...content, version: 1, told: [{ monitor: 'web' }] }), /missing/],
  ])('%s', async (_how, text, why) => {
    await writeFile(join(dir, 'w1.spool.json'), text);
    await expect(file.read()).rejects.toThrow(why);
    expect(await readdir(dir)).toEqual(['w1.spool.json.refused']);
    expect(await readFile(join(dir, 'w1.spool.json.refused'), 'utf8')).toBe(text);
  });
});
