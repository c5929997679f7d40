import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEtcd, type TestEtcd } from '@9volt/etcd-dal/testing';
import { type CommandResult, run9volt, SecuredEtcd } from '../harness/index.js';

const ROLES = ['server', 'scheduler', 'worker', 'api'] as const;
const ALL_ROLES = [...ROLES, 'status'] as const;

/** Exit code 1, and words instead of a stack. `run9volt` kills a hanging process, and then there is no code. */
function expectFailure({ code, stderr }: CommandResult, said: RegExp): void {
  expect(stderr.split('\n').filter((line) => line.startsWith('9volt: '))).toEqual([expect.stringMatching(said)]);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(code).toBe(1);
}

describe('a process that cannot start ends at once', () => {
  let etcd: TestEtcd;
  let holder: Server;
  let dir: string;
  beforeAll(async () => {
    etcd = await startEtcd();
    holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    dir = mkdtempSync(join(tmpdir(), 'ninevolt-failed-start-'));
    writeFileSync(join(dir, 'file'), '');
  });
  afterAll(async () => {
    holder.close();
    rmSync(dir, { recursive: true });
    await etcd.stop();
  });

  const start = (role: string, ...args: string[]): Promise<CommandResult> =>
    run9volt([role, '-e', etcd.endpoint, ...args], { cwd: dir });

  it.each(ALL_ROLES)('%s: on a busy port', async (role) => {
    const { port } = holder.address() as AddressInfo;
    const result = await start(role, '--listen', `127.0.0.1:${port}`);
    expectFailure(
      result,
      new RegExp(`--listen: cannot listen on 127\\.0\\.0\\.1:${port}: another process uses this port`),
    );
  });

  it.each(['scheduler', 'up'])('%s: at an address of another machine', async (role) => {
    const result = await start(role, '--listen', '203.0.113.1:9000', '--insecure');
    expectFailure(result, /--listen: cannot listen on 203\.0\.113\.1:9000: this machine does not have this address/);
  });

  it.each(['server', 'worker', 'up'])('%s: without the right to write to its data directory', async (role) => {
    const dataDir = join(dir, 'file', 'data');
    const result = await start(role, '--listen', '127.0.0.1:0', '--data-dir', dataDir);
    expectFailure(result, /--data-dir: cannot write to .*\/file\/data: /);
  });

  it.each(ALL_ROLES)('%s: with a prefix that no key can have', async (role) => {
    expectFailure(await start(role, '--etcd-prefix', 'a\nb'), /--etcd-prefix: expected a prefix without control/);
  });

  it.each([...ALL_ROLES, 'up'])('%s: with https:// for an etcd without TLS', async (role) => {
    const result = await run9volt([role, '-l', '127.0.0.1:0', '-e', etcd.endpoint.replace('http:', 'https:')], {
      cwd: dir,
    });
    expectFailure(result, /etcd.*: it does not use TLS; write its address with http:\/\//);
  });

  it('up: without the etcd that it was given, in words', async () => {
    const result = await run9volt(['up', '-l', '127.0.0.1:0', '-e', 'http://127.0.0.1:1'], { cwd: dir });
    expectFailure(result, /etcd does not answer at http:\/\/127\.0\.0\.1:1: nothing listens there/);
  });

  it.each(ALL_ROLES)('%s: with files that it may not read', async (role) => {
    const result = await start(role, '--etcd-ca', join(dir, 'file', 'ca.pem'));
    expectFailure(result, /--etcd-ca: cannot read it: /);
  });
});

describe('a process that etcd refuses ends at once', () => {
  let secured: SecuredEtcd;
  beforeAll(async () => {
    secured = await SecuredEtcd.start();
  });
  afterAll(() => secured.stop());

  it.each(ROLES)('%s: with an authority that did not sign the certificate of etcd', async (role) => {
    const env = { ...secured.envOf(role), NINEV_ETCD_CA: secured.path('client.pem') };
    expectFailure(await run9volt([role, '-l', '127.0.0.1:0'], { env }), /--etcd-ca: .*not signed by the authority/);
  });

  it.each(ROLES)('%s: with a prefix that its user may not use', async (role) => {
    const started = run9volt([role, '-l', '127.0.0.1:0', '-p', 'of-others'], { env: secured.envOf(role) });
    expectFailure(await started, /--etcd-prefix: .*may not use the keys below \/of-others\//);
  });
});
