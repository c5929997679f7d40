import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SecretReference } from '@9volt/contracts';
import { SecretReader } from './secret-reader.js';

const ALL = ['env:*', 'file:/'];
const ENV = {
  NINEV_SECRET_HOOK: 'hook',
  NINEV_SECRET_SOURCES: 'env:*',
  SLACK_TOKEN: 'xoxb',
  OTHER: 'other',
  EMPTY: '',
  NINEV_ETCD_USERPASS: 'root:root',
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), '9volt-secrets-'));
  mkdirSync(join(directory, 'allowed'));
  writeFileSync(join(directory, 'allowed', 'token'), 'from a file\r\n');
  writeFileSync(join(directory, 'allowed', 'lines'), 'one\ntwo\n\n');
  writeFileSync(join(directory, 'allowed', 'empty'), '\n');
  writeFileSync(join(directory, 'allowed', 'large'), 'x'.repeat(65_537));
  writeFileSync(join(directory, 'elsewhere'), 'elsewhere');
  symlinkSync(join(directory, 'allowed', 'token'), join(directory, 'allowed', 'link'));
  symlinkSync(join(directory, 'elsewhere'), join(directory, 'allowed', 'way-out'));
  execFileSync('mkfifo', [join(directory, 'allowed', 'pipe')]);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const env = (name: string): SecretReference => ({ kind: 'env', name, text: `\${env:${name}}` });
const file = (path: string): SecretReference => ({
  kind: 'file',
  name: join(directory, path),
  text: `\${file:${path}}`,
});

describe('a worker', () => {
  it('reads variables and files', async () => {
    const { read } = new SecretReader(ALL, ENV);
    expect(await read(env('SLACK_TOKEN'))).toBe('xoxb');
    expect(await read(file('allowed/token'))).toBe('from a file');
    expect(await read(file('allowed/link'))).toBe('from a file');
    expect(await read(file('allowed/lines'))).toBe('one\ntwo\n');
    expect(await read(file('elsewhere'))).toBe('elsewhere');
  });

  it('reads, by default, variables with the prefix and one directory', async () => {
    const { read } = new SecretReader(undefined, ENV);
    expect(await read(env('NINEV_SECRET_HOOK'))).toBe('hook');
    for (const reference of [env('SLACK_TOKEN'), env('NINEV_SECRET_SOURCES'), file('allowed/token')]) {
      await expect(read(reference)).rejects.toThrow('--secret-sources does not permit');
    }
  });

  it('reads a file again each time', async () => {
    const { read } = new SecretReader(ALL, ENV);
    writeFileSync(join(directory, 'rotated'), 'before');
    expect(await read(file('rotated'))).toBe('before');
    writeFileSync(join(directory, 'rotated'), 'after');
    expect(await read(file('rotated'))).toBe('after');
  });

  it.each([
    [env('NONE'), 'the variable is not set'],
    [env('constructor'), 'the variable is not set'],
    [env('EMPTY'), 'the variable is not set'],
    [env('NINEV_ETCD_USERPASS'), '--secret-sources does not permit the variable'],
    [{ kind: 'file', name: '/proc/self/environ', text: '' }, '--secret-sources does not permit the file'],
    [{ kind: 'file', name: '/dev/zero', text: '' }, '--secret-sources does not permit the file'],
  ] as [SecretReference, string][])('refuses %j', async (reference, reason) => {
    await expect(new SecretReader(ALL, ENV).read(reference)).rejects.toThrow(reason);
  });

  it.each([
    ['none', 'the file does not exist'],
    ['allowed', 'it is not a file'],
    ['allowed/pipe', 'it is not a file'],
    ['allowed/empty', 'the file is empty'],
    ['allowed/large', 'more than 64 KiB'],
  ])('refuses the file %s', async (path, reason) => {
    await expect(new SecretReader(ALL, ENV).read(file(path))).rejects.toThrow(reason);
  });

  it('refuses the files of 9volt itself, whatever path leads to them', async () => {
    const own = join(directory, 'allowed', 'token');
    const sources = [ALL, [`file:${directory}/`]];
    for (const { read } of sources.map((source) => new SecretReader(source, ENV, [join(directory, 'gone'), own]))) {
      for (const path of ['allowed/token', 'allowed/link'])
        await expect(read(file(path))).rejects.toThrow('--secret-sources does not permit');
      expect(await read(file('allowed/lines'))).toBe('one\ntwo\n');
    }
  });

  it('can be limited', async () => {
    const { read } = new SecretReader(['env:SLACK_*', `file:${directory}/allowed/`], ENV);
    expect(await read(env('SLACK_TOKEN'))).toBe('xoxb');
    expect(await read(file('allowed/token'))).toBe('from a file');
    expect(await read(file('allowed/../allowed/link'))).toBe('from a file');
    for (const refused of [env('OTHER'), file('elsewhere'), file('allowed/../elsewhere'), file('allowed/way-out')]) {
      await expect(read(refused)).rejects.toThrow('--secret-sources does not permit');
    }
    await expect(new SecretReader(['env:*'], ENV).read(env('NINEV_ETCD_USERPASS'))).rejects.toThrow(
      '--secret-sources does not permit',
    );
    await expect(new SecretReader([], ENV).read(env('OTHER'))).rejects.toThrow('--secret-sources does not permit');
  });
});
