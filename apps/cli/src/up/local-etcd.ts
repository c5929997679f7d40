import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@9volt/contracts';
import { EtcdClient } from '@9volt/etcd-dal';
import { CliError } from '../output/say.js';
import type { DataDirectory } from './data-directory.js';
import { freePort } from './port-holder.js';

export interface LocalEtcd {
  url: string;
  pid: number;
  /** Whether it ran already, left by an `up` that was killed. */
  found: boolean;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** Starts etcd on loopback with its own data directory, or takes over the one that a killed `up` left running there. */
export async function startLocalEtcd(data: DataDirectory, tell: (line: string) => void): Promise<LocalEtcd> {
  const remembered = await data.recall();
  const left = remembered.etcdPid;
  if (left !== undefined && remembered.etcdClientPort !== undefined && isEtcdOf(left, data)) {
    const url = `http://127.0.0.1:${remembered.etcdClientPort}`;
    if (await answers(url)) return { url, pid: left, found: true, stop: () => stopPid(left) };
  }
  const client = await freePort(remembered.etcdClientPort ?? 2379);
  for (const { port, holder } of client.busy) tell(`port ${port} is held by ${holder}: trying the next`);
  const peer = await freePort(remembered.etcdPeerPort ?? client.port + 1);
  const url = `http://127.0.0.1:${client.port}`;
  const peerUrl = `http://127.0.0.1:${peer.port}`;
  const log = openSync(data.etcdLog, 'a', 0o600);
  // In a process group of its own: Ctrl-C in a terminal reaches the whole group of `up`, and etcd must outlive the nodes.
  const child = spawn(
    'etcd',
    [
      '--name=9volt',
      `--data-dir=${data.etcd}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=9volt=${peerUrl}`,
      '--snapshot-count=10000',
      '--auto-compaction-retention=0',
      '--logger=zap',
      '--log-level=warn',
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  const failed = once(child, 'error').then(([thrown]: unknown[]) => {
    const error = thrown as NodeJS.ErrnoException;
    const hint =
      error.code === 'ENOENT'
        ? ': no etcd on the PATH. Install it (Debian: apt-get install etcd-server), or give --etcd-members'
        : '';
    throw new CliError(`etcd cannot be started${hint || `: ${error.message}`}`);
  });
  await Promise.race([failed, awaitAnswer(child, url, data)]);
  failed.catch(() => undefined);
  const pid = child.pid as number;
  await data.remember({ etcdClientPort: client.port, etcdPeerPort: peer.port, etcdPid: pid });
  return { url, pid, found: false, stop: () => stopPid(pid) };
}

async function awaitAnswer(child: ChildProcess, url: string, data: DataDirectory): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new CliError(`etcd ended with code ${child.exitCode}; see ${data.etcdLog}`);
    if (await answers(url)) return;
    await sleep(100);
  }
  child.kill();
  throw new CliError(`etcd did not answer within ${START_TIMEOUT_MS / 1_000} s; see ${data.etcdLog}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new EtcdClient({ members: [url], callTimeoutMs: 1_000 });
  try {
    await client.revision();
    return true;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

/** Whether a process is the etcd of this data directory, and not another that got its id. */
function isEtcdOf(pid: number, data: DataDirectory): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(`--data-dir=${data.etcd}`);
  } catch {
    return false;
  }
}

async function stopPid(pid: number): Promise<void> {
  const until = performance.now() + STOP_TIMEOUT_MS;
  try {
    process.kill(pid, 'SIGTERM');
    while (performance.now() < until) {
      process.kill(pid, 0);
      await sleep(50);
    }
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      throw new Error(`etcd (pid ${pid}) cannot be stopped: ${messageOf(error)}`, { cause: error });
  }
}
