// `npm run bench:checks`: what a check costs, type by type, beside a client of bare sockets that runs in the same seconds.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import {
  AS_DEPLOYED,
  cpuMs,
  memoryMb,
  says,
  startEtcd,
  startNode,
  startPart,
  stop,
  until,
} from './parts/processes.mjs';
import { attributesOf, makeCertificate, PROGRAM } from './parts/monitors.mjs';
import { startPeer } from './parts/peers.mjs';
import { latenessMs, workerMetrics } from './parts/worker-metrics.mjs';

const { values } = parseArgs({
  options: {
    types: { type: 'string', default: 'http,tcp,dns,tls' },
    rate: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    windows: { type: 'string', default: '3' },
    beat: { type: 'string', default: '20' },
    most: { type: 'boolean', default: false },
    // Of the worker and the reference, before anything is measured.
    warmup: { type: 'string', default: '4' },
    // Programs to measure beside it: `blackbox=PATH`, `cloudprober=PATH`, `ab=PATH`.
    peer: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
/** Starting a program costs more than any other check. */
const MOST_PROGRAMS_PER_SECOND = 50;
const MOST_LATE_MS = 100;
/** Of a rate, until it is reached in time. */
const ATTEMPTS = 3;
const [mostRate, intervalS, seconds, windows, beatMs] = ['rate', 'interval', 'seconds', 'windows', 'beat'].map((name) =>
  Number(values[name]),
);
const scratch = await mkdtemp(join(tmpdir(), 'bench-'));

const results = [];
try {
  makeCertificate(scratch);
  if (values.profile) await mkdir(values.profile, { recursive: true });
  for (const type of values.types.split(',')) results.push(await measure(type));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
print(results);
if (values.json) {
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(
    values.json,
    `${JSON.stringify({ rate: mostRate, intervalS, beatMs, node: process.version, results }, undefined, 2)}\n`,
  );
}
process.exit();

/** A worker and the reference check the same target at the same rate; what each costs is read in windows, of which the middle one counts. */
async function measure(type) {
  // `http+tcp`: a mix, in equal parts.
  const parts = type.split('+');
  const rate = parts.includes('exec') ? Math.min(MOST_PROGRAMS_PER_SECOND, mostRate) : mostRate;
  const targets = parts.map((part) => startPart('target.mjs', [part, scratch]));
  const ports = await Promise.all(targets.map(async (target) => Number((await says(target, /port (\d+)/))[1])));
  const etcd = await startEtcd();
  const client = new EtcdClient({ members: [etcd.url] });
  const keys = new Keyspace('9volt');
  const profiling = values.profile ? ['--import', new URL('./parts/profiler.mjs', import.meta.url).href] : [];
  const [scheduler, worker] = await Promise.all([
    startNode('scheduler', etcd.url),
    startNode('worker', etcd.url, {
      args: ['--exec-allow', PROGRAM],
      nodeArgs: [...AS_DEPLOYED, ...profiling],
      env: values.profile ? { BENCH_PROFILE: join(values.profile, `${type}.cpuprofile`) } : {},
    }),
  ]);
  const idleMb = memoryMb(worker.pid);
  const monitors = rate * intervalS;
  const attributes = parts.map((part, n) =>
    JSON.stringify({ interval: `${intervalS}s`, ...attributesOf(part, ports[n]) }),
  );
  const add = async (count) => {
    for (const until = added + count; added < until;) {
      const names = Array.from({ length: Math.min(100, until - added) }, () => `bench-${added++}`);
      await client.txn({
        compare: [],
        then: names.map((name, n) => ({ put: keys.monitor(name), value: attributes[n % parts.length] })),
      });
    }
  };
  let added = 0;
  await add(monitors);
  const hasAll = async () => (await workerMetrics(worker.url)).checks >= monitors * 1.2;
  await until(hasAll, 120_000, () => `all monitors to run: ${worker.output.slice(-2_000)}`);
  const reference = startPart('reference.mjs', [type, ports.join('+'), rate, beatMs]);
  const peers = await startPeers(type, rate);
  await sleep(Number(values.warmup) * 1_000);
  if (values.profile) {
    worker.child.kill('SIGUSR2');
    await sleep(seconds * 1_000);
    worker.child.kill('SIGUSR2');
    await sleep(2_000);
  }
  const seen = [];
  for (let window = 0; window < windows; window++) seen.push(await look(worker, reference, etcd, peers));
  const result = { type, ...middle(seen), idleMb, memoryMb: memoryMb(worker.pid), monitors };
  if (values.most) result.mostPerSecond = await mostPerSecond(worker, rate, add);
  client.close();
  const rest = [...targets, ...peers.flatMap(({ all, target }) => [...all, target])];
  await Promise.all([reference, worker, scheduler, etcd, ...rest].map(stop));
  await etcd.remove();
  return result;
}

/** Each with a target of its own. None for a mix. */
async function startPeers(type, rate) {
  const peers = [];
  for (const [name, path] of values.peer.map((each) => each.split('='))) {
    if (type.includes('+') || type === 'exec') continue;
    const target = startPart('target.mjs', [type, scratch]);
    const port = Number((await says(target, /port (\d+)/))[1]);
    const peer = await startPeer(name, path, { type, port, dir: scratch, rate, beatMs });
    if (peer) peers.push({ name, target, ...peer });
    else await stop(target);
  }
  return peers;
}

async function look(worker, reference, etcd, peers) {
  const read = async () => ({
    worker: cpuMs(worker.pid),
    reference: cpuMs(reference.pid),
    etcd: cpuMs(etcd.pid),
    done: countOf(reference, 'done'),
    peers: peers.map(({ pid, target }) => ({ cpu: cpuMs(pid), served: countOf(target, 'served') })),
    metrics: await workerMetrics(worker.url),
    at: performance.now(),
  });
  const before = await read();
  await sleep(seconds * 1_000);
  // On a busy machine a short window may be too short.
  await until(
    () => countOf(reference, 'done') > before.done,
    60_000,
    () => `a check of the reference: ${reference.output}`,
  );
  const after = await read();
  const checks = after.metrics.checks - before.metrics.checks;
  const workerUs = ((after.worker - before.worker) * 1_000) / checks;
  const referenceUs = ((after.reference - before.reference) * 1_000) / (after.done - before.done);
  return {
    perSecond: (checks * 1_000) / (after.at - before.at),
    failed: checks - (after.metrics.good - before.metrics.good),
    skipped: after.metrics.skipped - before.metrics.skipped,
    workerUs,
    referenceUs,
    ratio: workerUs / referenceUs,
    etcdUs: ((after.etcd - before.etcd) * 1_000) / checks,
    ...Object.fromEntries(
      peers.flatMap(({ name }, n) => {
        const [from, to] = [before.peers[n], after.peers[n]];
        const us = ((to.cpu - from.cpu) * 1_000) / (to.served - from.served);
        return [
          [`${name}Us`, us],
          [`${name}Ratio`, workerUs / us],
        ];
      }),
    ),
    lateP50Ms: latenessMs(before.metrics, after.metrics, 0.5),
    lateP99Ms: latenessMs(before.metrics, after.metrics, 0.99),
  };
}

/** The last count that a part said. */
function countOf({ output }, what) {
  return Number(output.match(new RegExp(`${what} (\\d+)\\n$`))?.[1] ?? 0);
}

/** Adds monitors until checks are skipped, or one in a hundred begins later than `MOST_LATE_MS`. */
async function mostPerSecond(worker, rate, add) {
  for (let most = 0; ;) {
    await add(Math.ceil(rate / 4) * intervalS);
    // First checks are spread over an interval, and a monitor that is new costs more.
    await sleep((intervalS + 5) * 1_000);
    const reached = await rateInTime(worker);
    if (reached === undefined) return most;
    most = reached;
  }
}

/** A pause of the machine is enough to miss it once. */
async function rateInTime(worker) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [before, at] = [await workerMetrics(worker.url), performance.now()];
    await sleep(seconds * 1_000);
    const after = await workerMetrics(worker.url);
    const isInTime = after.skipped === before.skipped && latenessMs(before, after, 0.99) <= MOST_LATE_MS;
    if (isInTime) return ((after.checks - before.checks) * 1_000) / (performance.now() - at);
  }
  return undefined;
}

function middle(seen) {
  return seen.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(seen.length / 2)];
}

function print(all) {
  const columns =
    'type perSecond workerUs referenceUs ratio etcdUs lateP50Ms lateP99Ms failed skipped idleMb memoryMb'.split(' ');
  const peers = values.peer.map((each) => each.split('=')[0]);
  columns.splice(5, 0, ...peers.flatMap((name) => [`${name}Us`, `${name}Ratio`]));
  if (values.most) columns.push('mostPerSecond');
  console.table(all.map((one) => Object.fromEntries(columns.map((name) => [name, rounded(one[name])]))));
}

function rounded(value) {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}
