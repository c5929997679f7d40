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
import { attributesOf, makeCertificate } from './parts/monitors.mjs';
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
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});
const [rate, intervalS, seconds, windows, beatMs] = ['rate', 'interval', 'seconds', 'windows', 'beat'].map((name) =>
  Number(values[name]),
);
const scratch = await mkdtemp(join(tmpdir(), 'bench-'));

const results = [];
try {
  makeCertificate(scratch);
  for (const type of values.types.split(',')) results.push(await measure(type));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
print(results);
if (values.json) {
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(
    values.json,
    `${JSON.stringify({ rate, intervalS, beatMs, node: process.version, results }, undefined, 2)}\n`,
  );
}
process.exit();

/** A worker and the reference check the same target at the same rate; what each costs is read in windows, of which the middle one counts. */
async function measure(type) {
  // `http+tcp`: a mix, in equal parts.
  const parts = type.split('+');
  const targets = parts.map((part) => startPart('target.mjs', [part, scratch]));
  const ports = await Promise.all(targets.map(async (target) => Number((await says(target, /port (\d+)/))[1])));
  const etcd = await startEtcd();
  const client = new EtcdClient({ members: [etcd.url] });
  const keys = new Keyspace('9volt');
  const scheduler = await startNode('scheduler', etcd.url);
  const profiling = values.profile ? ['--import', new URL('./parts/profiler.mjs', import.meta.url).href] : [];
  const worker = await startNode('worker', etcd.url, {
    nodeArgs: [...AS_DEPLOYED, ...profiling],
    env: values.profile ? { BENCH_PROFILE: join(values.profile, `${type}.cpuprofile`) } : {},
  });
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
  await sleep(4_000);
  if (values.profile) {
    worker.child.kill('SIGUSR2');
    await sleep(seconds * 1_000);
    worker.child.kill('SIGUSR2');
    await sleep(2_000);
  }
  const seen = [];
  for (let window = 0; window < windows; window++) seen.push(await look(worker, reference, etcd));
  const result = { type, ...middle(seen), idleMb, memoryMb: memoryMb(worker.pid), monitors };
  if (values.most) result.mostPerSecond = await mostPerSecond(worker, add);
  client.close();
  for (const one of [reference, worker, scheduler, etcd, ...targets]) await stop(one);
  await etcd.remove();
  return result;
}

async function look(worker, reference, etcd) {
  const doneByReference = () => Number(reference.output.match(/done (\d+)\n$/)?.[1] ?? 0);
  const read = async () => ({
    worker: cpuMs(worker.pid),
    reference: cpuMs(reference.pid),
    etcd: cpuMs(etcd.pid),
    done: doneByReference(),
    metrics: await workerMetrics(worker.url),
    at: performance.now(),
  });
  const before = await read();
  await sleep(seconds * 1_000);
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
    lateP50Ms: latenessMs(before.metrics, after.metrics, 0.5),
    lateP99Ms: latenessMs(before.metrics, after.metrics, 0.99),
  };
}

/** Adds monitors until checks are skipped, or one in a hundred begins later than this. */
const MOST_LATE_MS = 100;

async function mostPerSecond(worker, add) {
  for (let most = 0; ;) {
    await add(Math.ceil(rate / 4) * intervalS);
    // First checks are spread over an interval, and a monitor that is new costs more.
    await sleep((intervalS + 5) * 1_000);
    const [before, at] = [await workerMetrics(worker.url), performance.now()];
    await sleep(seconds * 1_000);
    const after = await workerMetrics(worker.url);
    if (after.skipped > before.skipped || latenessMs(before, after, 0.99) > MOST_LATE_MS) return most;
    most = ((after.checks - before.checks) * 1_000) / (performance.now() - at);
  }
}

function middle(seen) {
  return seen.toSorted((a, b) => a.ratio - b.ratio)[Math.floor(seen.length / 2)];
}

function print(all) {
  const columns =
    'type perSecond workerUs referenceUs ratio etcdUs lateP50Ms lateP99Ms failed skipped idleMb memoryMb'.split(' ');
  if (values.most) columns.push('mostPerSecond');
  console.table(all.map((one) => Object.fromEntries(columns.map((name) => [name, rounded(one[name])]))));
}

function rounded(value) {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}
