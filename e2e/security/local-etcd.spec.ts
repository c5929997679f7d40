import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { MAIN, run9volt, waitFor } from '../harness/index.js';

const MINUTE = 60_000;
const run = promisify(execFile);
const keys = new Keyspace('9volt');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A page's request from a browser: a method and headers that need no preflight, unless `headers` says otherwise. */
function send(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asked.on('error', reject).end(body);
  });
}

/** Ports of TCP that a process listens on. */
function portsOf(pid: number): number[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && sockets.includes(inode))
      .map(([, local = '']) => parseInt(local.split(':')[1] ?? '', 16)),
  );
}

describe('the etcd that 9volt up starts', () => {
  let home: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ninevolt-doors-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await ended(child, 'SIGINT');
    await endLeftEtcd();
    rmSync(home, { recursive: true });
  });

  /** The one of a killed `up`, if the test failed before another `up` took it over. */
  async function endLeftEtcd(): Promise<void> {
    const left = readdirSync('/proc').find((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--data-dir=${home}/etcd`);
      } catch {
        return false;
      }
    });
    if (left === undefined) return;
    process.kill(Number(left), 'SIGKILL');
    await waitFor(() => !existsSync(`/proc/${left}`));
  }

  async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Starts `9volt up` in the data directory; answers its output and the address of its etcd. */
  async function up(port: number): Promise<{ child: ChildProcess; output: string; etcd: string; pid: number }> {
    const child = spawn(
      process.execPath,
      [MAIN, 'up', '--no-demo', '--data-dir', home, '--listen', `127.0.0.1:${port}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    await waitFor(() => output.includes('Ctrl-C stops everything') || child.exitCode !== null, {
      timeoutMs: 2 * MINUTE,
      what: 'up',
    });
    const etcd = /etcd (?:started|already runs) on (\S+)/.exec(output)?.[1] as string;
    const { etcdPid } = JSON.parse(readFileSync(join(home, 'up.json'), 'utf8')) as { etcdPid: number };
    return { child, output, etcd, pid: etcdPid };
  }

  /** All attempts of a page; answers those that succeeded. */
  async function attack(etcd: string): Promise<string[]> {
    const { host } = new URL(etcd);
    const calls = {
      'kv/put': { key: base64(keys.monitor('evil')), value: base64('{"type":"exec"}') },
      'kv/range': { key: base64('/'), range_end: base64('0') },
      'kv/txn': { success: [{ requestPut: { key: base64(keys.monitor('evil')), value: base64('{}') } }] },
      'maintenance/snapshot': {},
      'auth/enable': {},
      'lease/grant': { TTL: 60 },
    };
    const entered: string[] = [];
    for (const version of ['v3', 'v3beta', 'v3alpha']) {
      for (const [call, body] of Object.entries(calls)) {
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
          const headers = { 'content-type': type, origin: 'http://evil.example.com' };
          const { status } = await send(`${etcd}/${version}/${call}`, 'POST', headers, JSON.stringify(body));
          if (status < 400) entered.push(`POST of ${type} to ${version}/${call}: ${status}`);
        }
      }
    }
    for (const path of ['/v2/keys/9volt', '/v2/members', '/metrics', '/version', '/health', '/v3/kv/range']) {
      for (const name of ['evil.example.com', 'localhost.evil.example.com', '0.0.0.0']) {
        const { status } = await send(`${etcd}${path}`, 'GET', { host: name });
        if (status < 400) entered.push(`GET ${path} as ${name}: ${status}`);
      }
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await send(`${etcd}${path}`, method, { host, origin: 'http://evil.example.com' });
        const allowed = headers['access-control-allow-origin'];
        if (allowed !== undefined) entered.push(`${method} ${path} may be read by ${String(allowed)}`);
      }
    }
    return entered;
  }

  it(
    'lets no web page in, and whoever has a client of etcd',
    async () => {
      const { etcd, pid } = await up(0);
      expect(await attack(etcd)).toEqual([]);
      // The peer port accepts log entries from anybody who knows the id of the cluster, which it shows.
      expect(portsOf(pid)).toEqual([Number(new URL(etcd).port)]);

      mkdirSync(join(home, 'cfg'));
      writeFileSync(
        join(home, 'cfg', 'a.yaml'),
        'monitor: { web: { type: tcp, host: 127.0.0.1, port: 9, interval: 1h } }',
      );
      expect(await run9volt(['cfg', join(home, 'cfg'), '-e', etcd])).toMatchObject({ code: 0 });
      const { stdout } = await run(
        'etcdctl',
        [`--endpoints=${etcd}`, 'get', '--prefix', '--keys-only', keys.monitors],
        {
          env: { ...process.env, ETCDCTL_API: '3' },
        },
      );
      expect(stdout.trim()).toBe(keys.monitor('web'));
      const { stdout: doctor } = await run9volt(['doctor', '-e', etcd]);
      expect(doctor).toMatch(/^ok +gateway: no JSON gateway/m);
    },
    4 * MINUTE,
  );

  it(
    'is taken over from a killed up as it is, and closed when an earlier version left it open; that version takes the data back',
    async () => {
      const [clientPort, peerPort] = [await unusedPort(), await unusedPort()];
      const url = `http://127.0.0.1:${clientPort}`;
      // As the version before started it.
      const earlier = async (): Promise<ChildProcess> => {
        const peer = `http://127.0.0.1:${peerPort}`;
        const child = spawn(
          'etcd',
          [
            ...['--name=9volt', `--data-dir=${join(home, 'etcd')}`, '--logger=zap', '--log-level=error'],
            ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
            ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
            `--initial-cluster=9volt=${peer}`,
          ],
          { stdio: 'ignore' },
        );
        children.push(child);
        const client = new EtcdClient({ members: [url] });
        try {
          await waitFor(
            () =>
              client
                .revision()
                .then(() => true)
                .catch(() => false),
            { timeoutMs: MINUTE },
          );
        } finally {
          client.close();
        }
        const remembered = { etcdClientPort: clientPort, etcdPeerPort: peerPort, etcdPid: child.pid };
        writeFileSync(join(home, 'up.json'), JSON.stringify(remembered));
        return child;
      };
      const valueOf = async (key: string): Promise<string | undefined> => {
        const client = new EtcdClient({ members: [url] });
        try {
          return (await client.get(key))?.value.toString();
        } finally {
          client.close();
        }
      };
      const open = await earlier();
      expect((await attack(url)).length).toBeGreaterThan(0);
      const stored = await valueOf(keys.monitor('evil'));
      expect(stored).toBeDefined();

      const first = await up(0);
      expect(first.output).toContain(`etcd (pid ${open.pid}) was started by an older version`);
      expect(first.etcd).toBe(url);
      expect(await attack(url)).toEqual([]);
      expect(await valueOf(keys.monitor('evil'))).toBe(stored);

      await ended(first.child, 'SIGKILL');
      const second = await up(0);
      expect(second.output).toContain(`etcd already runs on ${url}`);
      expect(second.pid).toBe(first.pid);
      await ended(second.child, 'SIGINT');

      await earlier();
      expect(await valueOf(keys.monitor('evil'))).toBe(stored);
    },
    6 * MINUTE,
  );
});
