// Starts the processes of a measurement, and tells what they cost. All of them end with this one.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a deployed command runs. */
const BUNDLE = join(import.meta.dirname, '../../apps/cli/dist/bundle/main.js');
/** The same in modules, which a script that is loaded before can change. */
export const MODULES = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const STOP_MS = 20_000;
/** Many start at once, on a busy machine. */
const START_MS = 240_000;

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** A process, and what it wrote to its standard streams. */
export function start(command, args, { env = {}, cwd } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd });
  const started = { child, pid: child.pid, output: '' };
  const keep = (text) => (started.output = (started.output + text).slice(-65_536));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  running.add(child);
  started.ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      started.output += String(error);
      resolve();
    });
  }).then(() => running.delete(child));
  return started;
}

export async function stop({ child, ended }) {
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(hard);
}

/** Gives a process only this share of a core, in pieces of a tenth of a second; answers a function that ends that. */
export function throttle({ child }, share) {
  if (share >= 1) return () => undefined;
  let pause;
  const run = () => {
    child.kill('SIGCONT');
    pause = setTimeout(() => child.kill('SIGSTOP'), share * 100);
  };
  const timer = setInterval(run, 100);
  return () => {
    clearInterval(timer);
    clearTimeout(pause);
    child.kill('SIGCONT');
  };
}

/** Waits until what a process wrote matches; answers the match. */
export async function says(started, pattern, limitMs = 60_000) {
  const found = await until(
    () => pattern.exec(started.output),
    limitMs,
    () => `${pattern} from a process: ${started.output}`,
  );
  return found;
}

/** Waits until `look` answers something; asks every `everyMs`, and not more often than it must: the processes that answer are measured. */
export async function until(look, limitMs, what, everyMs = 50) {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited ${limitMs} ms for ${what()}`);
    await sleep(everyMs);
  }
}

/** Runs one of the scripts beside this one. It says its port, where it has one. */
export function startPart(name, args) {
  return start(process.execPath, [join(import.meta.dirname, name), ...args.map(String)]);
}

/** With the flag that docs/deploy/etcd.md tells operators to set. */
export async function startEtcd() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-etcd-'));
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${client}`;
  const etcd = start('etcd', [
    ...['--name', 'bench', '--data-dir', dir, '--log-level', 'error'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-cluster', `bench=http://127.0.0.1:${peer}`, '--snapshot-count=10000'],
  ]);
  const answers = () =>
    fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false,
    );
  await until(answers, 20_000, () => `etcd: ${etcd.output}`);
  return { ...etcd, url, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** As images and units start it. */
export const AS_DEPLOYED = ['--max-semi-space-size=4'];

/** Runs the built command to its end; rejects if it fails. Answers its processor time in milliseconds. */
export async function runCommand(args) {
  const preload = ['--import', new URL('cpu-at-exit.mjs', import.meta.url).href];
  const command = start(process.execPath, [...preload, BUNDLE, ...args]);
  await command.ended;
  const cpu = /bench cpu (\S+)/.exec(command.output);
  if (command.child.exitCode !== 0 || !cpu) throw new Error(`9volt ${args.join(' ')}: ${command.output}`);
  return Number(cpu[1]);
}

/** The built command in one role; answers when it is ready. */
export async function startNode(
  role,
  etcdUrl,
  { name = role, main = BUNDLE, nodeArgs = AS_DEPLOYED, args = [], env = {} } = {},
) {
  const command = [
    ...nodeArgs,
    main,
    role,
    ...['--etcd-members', etcdUrl, '--listen', '127.0.0.1:0', '--member-id', name],
    ...args,
  ];
  const node = start(process.execPath, command, { env });
  const [, url] = await says(node, /listens on (http:\/\/[^"\s]+)/, START_MS);
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  await until(isReady, START_MS, () => `a ready ${role}: ${node.output}`);
  return Object.assign(node, { url });
}

/** Milliseconds that all threads of a process have run, to the nanosecond where Linux tells. */
export function cpuMs(pid) {
  const tasks = `/proc/${pid}/task`;
  return (
    readdirSync(tasks).reduce(
      (sum, task) => sum + Number(readFileSync(`${tasks}/${task}/schedstat`, 'latin1').split(' ')[0]),
      0,
    ) / 1e6
  );
}

export function memoryMb(pid) {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(kb) / 1_024;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
