import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { MAIN } from '../harness/node-process.js';

it('the bundled command is ASCII, so that V8 keeps its text with one byte for each character', () => {
  const dir = dirname(MAIN);
  const files = readdirSync(dir).filter((name) => name.endsWith('.js'));
  expect(files).toContain('main.js');
  expect(files.filter((name) => !/^[\0-\x7f]*$/.test(readFileSync(join(dir, name), 'utf8')))).toEqual([]);
});
