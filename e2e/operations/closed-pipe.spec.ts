import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { MAIN } from '../harness/node-process.js';

const MONITORS = Array.from(
  { length: 2_000 },
  (_, n) => `  m${n}: {type: tcp, host: localhost, port: 1, interval: 1m}`,
);

let etcd: TestEtcd;
let api: Server;
let dir: string;
beforeAll(async () => {
  etcd = await startEtcd();
  dir = mkdtempSync(join(tmpdir(), 'ninevolt-closed-pipe-'));
  writeFileSync(join(dir, 'all.yaml'), `monitor:\n${MONITORS.join('\n')}\n`);
  const states = Array.from({ length: 2_000 }, (_, n) => ({ check: `m${n}`, status: 'ok', message: 'x'.repeat(100) }));
  api = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.url?.endsWith('/why') ? { message: 'w1 runs it', candidates: [] } : states));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  api.close();
  rmSync(dir, { recursive: true });
  await etcd.stop();
});

/** Runs a command whose reader has gone, as after `head`. */
async function unread(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const { port } = api.address() as AddressInfo;
  const env = { ...process.env, NINEV_API_URL: `http://127.0.0.1:${port}`, NINEV_ETCD_MEMBERS: etcd.endpoint };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: dir,
    timeout: 60_000,
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}

it.each<[string, number?]>([
  ['--help'],
  ['cfg --help'],
  ['completion bash'],
  ['get states'],
  ['get states -o json'],
  ['get states -o yaml'],
  ['why web'],
  ['cfg validate .'],
  ['cfg diff .', 1],
  ['cfg . --dryrun'],
  ['cfg .'],
  ['cfg export'],
  ['cfg cluster'],
  ['backup -'],
  ['doctor', 1],
])('`9volt %s | head` ends without a word', async (command, code = 0) => {
  expect(await unread(command.split(' '))).toEqual({ code, stderr: '' });
});

it('a full disk is told in words', async () => {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [MAIN, 'cfg', 'validate', '.'], {
    stdio: ['ignore', full, 'pipe'],
    cwd: dir,
    timeout: 60_000,
  });
  closeSync(full);
  const [stderr] = await Promise.all([child.stderr?.setEncoding('utf8').toArray(), once(child, 'close')]);
  expect([child.exitCode, stderr?.join('')]).toEqual([1, '9volt: cannot write the output: the disk is full\n']);
});
