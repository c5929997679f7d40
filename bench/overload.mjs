// `npm run bench:overload`: a worker with more checks than it can run: which it skips, whether alarms and its heartbeat come in time, and how it recovers.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchCluster } from './parts/cluster.mjs';
import { PROGRAM } from './parts/monitors.mjs';
import { cpuMs, memoryMb, says, startPart, stop, throttle, until } from './parts/processes.mjs';
import { quantile, report } from './parts/report.mjs';
import { latenessMs, workerMetrics } from './parts/worker-metrics.mjs';

const { values } = parseArgs({
  options: {
    // So many monitors with an interval of a second; a third of it is more than a worker can run on most machines.
    monitors: { type: 'string', default: '10000' },
    type: { type: 'string', default: 'http' },
    seconds: { type: 'string', default: '30' },
    // The share of a core that the worker gets while it has too much to do.
    share: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const [monitors, seconds] = [values.monitors, values.seconds].map(Number);
const LIMIT_MS = 300_000;
const OTHERS = ['second', 'ten', 'year'];
const runs = await mkdtemp(join(tmpdir(), 'bench-'));
const cluster = await BenchCluster.start();
let isFailing = false;
let toldAt;
/** Of a few monitors with an alerter, and of that. */
const others = createServer((request, response) => {
  if (request.url === '/alert') toldAt ??= performance.now();
  response.writeHead(isFailing && request.url === '/second' ? 500 : 200, { Connection: 'close' }).end();
}).listen(0, '127.0.0.1');
await once(others, 'listening');
const { port } = others.address();
const target = startPart('target.mjs', ['http']);
const rows = [];
try {
  const targetPort = Number((await says(target, /port (\d+)/))[1]);
  const url = `http://127.0.0.1:${port}/alert`;
  const hook = JSON.stringify({ type: 'http', options: { url } });
  await cluster.put([{ put: cluster.keys.alerter('hook'), value: hook }]);
  const args = ['--exec-allow', PROGRAM, '--exec-concurrency', '4'];
  const [worker] = await Promise.all([
    cluster.node('worker', 'w1', { runs, real: true, args }),
    cluster.node('scheduler', 's1'),
  ]);
  await putOther('second', '1s');
  await putOther('ten', '10s');
  await until(
    () => ran('ten'),
    LIMIT_MS,
    () => 'a first check',
  );
  await look(worker, 'little to do');

  const own = values.type === 'exec' ? { command: PROGRAM } : { host: '127.0.0.1', port: targetPort };
  await cluster.add(monitors, () => ({ type: values.type, interval: '1s', ...own }));
  const hasAll = async () => (await workerMetrics(worker.url)).assigned >= monitors + 2;
  await until(hasAll, LIMIT_MS, () => 'all monitors on the worker');
  const relieve = throttle(worker, Number(values.share));
  // Until the event of an overload, if it is one.
  await sleep(20_000);
  const putAt = performance.now();
  await putOther('year', '1y');
  await until(
    () => ran('year'),
    LIMIT_MS,
    () => 'the first check of a monitor that is due once a year',
  );
  const firstRunMs = performance.now() - putAt;
  isFailing = true;
  const brokeAt = performance.now();
  const busy = await look(worker, 'too much to do');
  await until(
    () => toldAt,
    LIMIT_MS,
    () => 'the alarm',
  );
  Object.assign(busy, { firstRunMs, alarmAfterMs: toldAt - brokeAt });

  relieve();
  const removedAt = performance.now();
  await cluster.removeAll();
  await until(
    async () => !(await isOverloaded(worker)),
    LIMIT_MS,
    () => 'the end of the overload',
  );
  const recoveredMs = performance.now() - removedAt;
  Object.assign(await look(worker, 'little to do again'), { recoveredMs });
} finally {
  await cluster.stop();
  await stop(target);
  others.close();
  await rm(runs, { recursive: true, force: true });
}
await report(rows, values.json, { monitors, type: values.type });
process.exit();

async function putOther(name, interval) {
  const alerts = { 'critical-threshold': 1, 'critical-alerter': ['hook'] };
  const value = { type: 'http', host: '127.0.0.1', port, url: `/${name}`, interval, ...alerts };
  await cluster.put([{ put: cluster.keys.monitor(name), value: JSON.stringify(value) }]);
}

/** What the worker does for a while: rates, and how often each of the many monitors ran. */
async function look(worker, when) {
  const from = Date.now();
  const [before, cpuBefore] = [await workerMetrics(worker.url), cpuMs(worker.pid)];
  const joined = await joinedAt();
  let [asked, ready, slowestMs] = [0, 0, 0];
  while (Date.now() < from + seconds * 1_000) {
    const at = performance.now();
    if ((await fetch(`${worker.url}/readyz`)).ok) ready++;
    slowestMs = Math.max(slowestMs, performance.now() - at);
    asked++;
    await sleep(500);
  }
  const after = await workerMetrics(worker.url);
  const tookS = (Date.now() - from) / 1_000;
  const counts = (await countsSince(from)).filter(([name]) => !OTHERS.includes(name)).map(([, count]) => count);
  const row = {
    when,
    perSecond: (after.checks - before.checks) / tookS,
    skippedPerSecond: (after.skipped - before.skipped) / tookS,
    lateP50Ms: latenessMs(before, after, 0.5),
    lateP99Ms: latenessMs(before, after, 0.99),
    cpuShare: (cpuMs(worker.pid) - cpuBefore) / 1_000 / tookS,
    memoryMb: memoryMb(worker.pid),
    overloaded: await isOverloaded(worker),
    keptLease: joined !== undefined && (await joinedAt()) === joined,
    readyShare: ready / asked,
    readyzSlowestMs: slowestMs,
    ...(counts.some((count) => count > 0)
      ? { ranLeast: Math.min(...counts), ranMedian: quantile(counts, 0.5), ranMost: Math.max(...counts) }
      : {}),
  };
  rows.push(row);
  return row;
}

/** The revision at which the worker became a member; it changes when its lease has ended meanwhile. */
/** Of the key that the lease of the worker keeps. */
async function joinedAt() {
  const { entries } = await cluster.client.list(cluster.keys.members);
  return entries.find(({ value }) => JSON.parse(value).Name === 'w1')?.createRevision;
}

async function isOverloaded(worker) {
  return /^ninevolt_overloaded 1$/m.test(await (await fetch(`${worker.url}/metrics`)).text());
}

async function ran(name) {
  return (await countsSince(0)).some(([each]) => each === name);
}

/** By monitor, how often it ran; those that did not, too. */
async function countsSince(from) {
  const counts = new Map();
  for (const line of (await readFile(join(runs, 'w1'), 'utf8').catch(() => '')).split('\n')) {
    const [at, name] = line.split(' ');
    if (name) counts.set(name, (counts.get(name) ?? 0) + (Number(at) >= from ? 1 : 0));
  }
  return [...counts];
}
