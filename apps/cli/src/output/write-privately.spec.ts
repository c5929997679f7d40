import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writePrivately } from './write-privately.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), '9volt-backup-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a backup in a file', () => {
  it('is readable by nobody else, even where an open file was', async () => {
    const file = join(directory, 'all.json');
    for (const name of [file, `${file}.partial`]) {
      writeFileSync(name, 'old');
      chmodSync(name, 0o644);
    }
    await writePrivately(file, 'secret');
    expect(readFileSync(file, 'utf8')).toBe('secret');
    expect(modeOf(file)).toBe(0o600);
    expect(readFileSync(`${file}.partial`, 'utf8')).toBe('old');
  });

  it('follows no link at its path', async () => {
    const file = join(directory, 'all.json');
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, 'theirs');
    chmodSync(elsewhere, 0o644);
    symlinkSync(elsewhere, file);
    symlinkSync(elsewhere, `${file}.partial`);
    await writePrivately(file, 'secret');
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs');
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(modeOf(file)).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe('secret');
  });

  it('replaces no device and no directory, and leaves nothing behind', async () => {
    await expect(writePrivately('/dev/null', 'x')).rejects.toThrow(
      '/dev/null is not a regular file; use - to write to standard output',
    );
    await expect(writePrivately(directory, 'x')).rejects.toThrow('is not a regular file');
    await expect(writePrivately(join(directory, 'none', 'x'), 'x')).rejects.toThrow('ENOENT');
    expect(readdirSync(directory)).toEqual([]);
  });
});
