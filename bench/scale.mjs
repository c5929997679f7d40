// `npm run bench:scale -- --monitors 100000`: a cluster with many monitors, against the budgets of ARCHITECTURE.md. Probes are stubbed; everything else is real.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchCluster } from './parts/cluster.mjs';
import { cpuMs, memoryMb, until } from './parts/processes.mjs';
import { quantile, report } from './parts/report.mjs';
import { latenessMs, workerMetrics } from './parts/worker-metrics.mjs';

const { values } = parseArgs({
  options: {
    monitors: { type: 'string', default: '100000' },
    interval: { type: 'string', default: '10' },
    workers: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const [monitors, intervalS, workers, seconds] = ['monitors', 'interval', 'workers', 'seconds'].map((name) =>
  Number(values[name]),
);
const cluster = await BenchCluster.start();
const rows = [];
/** Says it at once, too: with very many monitors it takes long, and may be ended before. */
const add = (what, measured, atMost) => {
  rows.push({ what, measured, atMost });
  console.error(`${what}: ${measured}`);
};
try {
  await cluster.add(monitors, (name) => ({
    type: 'tcp',
    host: `${name}.example.com`,
    port: 80,
    interval: `${intervalS}s`,
  }));
  await coldStart();
  await steady();
  await list();
  await lostWorker();
} finally {
  await cluster.stop();
}
await report(rows, values.json, { monitors, intervalS, workers });
process.exit();

async function coldStart() {
  const started = Array.from({ length: workers }, (_, n) => cluster.node('worker', `w${n + 1}`, { stubbed: true }));
  await Promise.all([cluster.node('scheduler', 's1'), ...started]);
  const ready = performance.now();
  await cluster.assigned(1_800_000);
  add('cold start: all workers are ready → they have all monitors, s', (performance.now() - ready) / 1_000, 10);
  const done = async () => (await total()).checks >= monitors;
  await until(done, 1_800_000, () => 'a check of each monitor', 1_000);
  // First checks are spread, and their states are written.
  await sleep(Math.min(60, seconds, 4 * intervalS) * 1_000);
}

async function total() {
  const all = await Promise.all(cluster.workers.map(({ url }) => workerMetrics(url)));
  return {
    all,
    checks: all.reduce((sum, { checks }) => sum + checks, 0),
    skipped: all.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

async function steady() {
  const read = async () => ({
    ...(await total()),
    etcd: await etcdMetrics(),
    cpu: cluster.workers.map(({ pid }) => cpuMs(pid)),
    at: performance.now(),
  });
  const before = await read();
  await sleep(seconds * 1_000);
  const after = await read();
  const tookS = (after.at - before.at) / 1_000;
  const late = after.all.map((each, index) => latenessMs(before.all[index], each, 0.99));
  add('checks a second', (after.checks - before.checks) / tookS);
  add('checks skipped', after.skipped - before.skipped, 0);
  add('lateness of a check, p99, ms', Math.max(...late), 1_000);
  add('writes to etcd, transactions a second', (after.etcd.writes - before.etcd.writes) / tookS, 100);
  add('sent to etcd, kB a second', (after.etcd.received - before.etcd.received) / 1_000 / tookS, 100);
  add('etcd: data in use, MB', after.etcd.inUse / 1e6, 500);
  add('etcd: memory, MB', memoryMb(cluster.etcd.pid), 500);
  add('memory of a worker, MB', Math.max(...cluster.workers.map(({ pid }) => memoryMb(pid))));
  add('memory of the scheduler, MB', memoryMb(cluster.nodes.get('s1').pid));
  const usPerCheck =
    (after.cpu.reduce((sum, ms, index) => sum + ms - before.cpu[index], 0) * 1_000) / (after.checks - before.checks);
  add('processor time of the workers for a check, without its probe, µs', usPerCheck);
}

async function list() {
  const api = await cluster.node('api', 'a1');
  const times = [];
  for (let n = 0; n < 200; n++) {
    const at = performance.now();
    await (await fetch(`${api.url}/api/v1/state?limit=100&status=ok`)).text();
    times.push(performance.now() - at);
  }
  add('a list of 100 states, p99, ms', quantile(times, 0.99), 50);
  add('memory of the API, MB', memoryMb(api.pid));
  await cluster.end('a1');
}

async function lostWorker() {
  if (workers < 2) return;
  await cluster.end('w1', 'SIGKILL');
  const at = performance.now();
  await cluster.assigned(1_800_000);
  add(
    'a worker is killed → the others have its monitors, s (lease of 6 s included)',
    (performance.now() - at) / 1_000,
    11,
  );
}

async function etcdMetrics() {
  const text = await (await fetch(`${cluster.etcd.url}/metrics`)).text();
  const of = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    writes: of('etcd_server_proposals_committed_total'),
    received: of('etcd_network_client_grpc_received_bytes_total'),
    inUse: of('etcd_mvcc_db_total_size_in_use_in_bytes'),
  };
}
