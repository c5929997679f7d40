import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@9volt/contracts';
import { EtcdClient } from '@9volt/etcd-dal';
import { CliError } from '../output/say.js';
import type { DataDirectory, Remembered } from './data-directory.js';
import { etcdArguments, isGuarded } from './etcd-arguments.js';
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
  const found = await takeOver(data, remembered, tell);
  if (found) return found;
  const client = await freePort(remembered.etcdClientPort ?? 2379);
  for (const { port, holder } of client.busy) tell(`port ${port} is in use by ${holder}; trying the next`);
  const url = `http://127.0.0.1:${client.port}`;
  const log = openSync(data.etcdLog, 'a', 0o600);
  // In a process group of its own: Ctrl-C in a terminal reaches the whole group of `up`, and etcd must outlive the nodes.
  const child = spawn('etcd', etcdArguments(data, client.port), {
    cwd: data.path,
    detached: true,
    stdio: ['ignore', log, log],
  });
  const failed = once(child, 'error').then(([thrown]: unknown[]) => {
    const error = thrown as NodeJS.ErrnoException;
    const hint =
      error.code === 'ENOENT'
        ? ': no etcd on the PATH. Install it (Debian: apt-get install etcd-server), or set --etcd-members'
        : '';
    throw new CliError(`cannot start etcd${hint || `: ${error.message}`}`);
  });
  await Promise.race([failed, awaitAnswer(child, url, data)]);
  failed.catch(() => undefined);
  const pid = child.pid as number;
  await data.remember({ etcdClientPort: client.port, etcdPid: pid });
  return { url, pid, found: false, stop: () => stopPid(pid) };
}

/** The etcd that a killed `up` left. If an earlier version left it, which lets web pages in, it is stopped. */
async function takeOver(
  data: DataDirectory,
  { etcdPid: pid, etcdClientPort: port }: Remembered,
  tell: (line: string) => void,
): Promise<LocalEtcd | undefined> {
  if (pid === undefined || port === undefined) return undefined;
  const commandLine = etcdOf(pid, data);
  if (!commandLine) return undefined;
  if (!isGuarded(commandLine, port)) {
    tell(`etcd (pid ${pid}) was started by an older version, with fewer protections; restarting it`);
    await stopPid(pid);
    return undefined;
  }
  const url = `http://127.0.0.1:${port}`;
  return (await answers(url)) ? { url, pid, found: true, stop: () => stopPid(pid) } : undefined;
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

/** The command line of a process, if it is the etcd of this data directory and not another process that got its id. */
function etcdOf(pid: number, data: DataDirectory): string[] | undefined {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return commandLine.includes(`--data-dir=${data.etcd}`) ? commandLine : undefined;
  } catch {
    return undefined;
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
      throw new Error(`cannot stop etcd (pid ${pid}): ${messageOf(error)}`, { cause: error });
  }
}
