// `npm run bench:api`: what the API answers with many states, how fast, and what it costs.
import { encode, encodeVitals, encodeVitalsIndex } from '@9volt/etcd-dal';
import { parseArgs } from 'node:util';
import { BenchCluster } from './parts/cluster.mjs';
import { cpuMs, memoryMb } from './parts/processes.mjs';
import { quantile, report } from './parts/report.mjs';

const { values } = parseArgs({
  options: {
    states: { type: 'string', default: '10000,100000' },
    requests: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
});
const requests = Number(values.requests);
const ROUTES = [
  '/api/v1/state?limit=100',
  '/api/v1/state?limit=100&status=critical',
  '/api/v1/state?limit=100&q=9',
  '/api/v1/state/m7',
  '/api/v1/monitor?limit=100',
  '/api/v1/cluster',
];
const WORKER = 'bench-1';
const CHUNK = 1_000;
const rows = [];
for (const states of values.states.split(',').map(Number)) await measure(states);
await report(rows, values.json, { requests });
process.exit();

async function measure(states) {
  const cluster = await BenchCluster.start();
  try {
    await fill(cluster, states);
    const startedAt = performance.now();
    const api = await cluster.node('api', 'a1');
    const readyMs = performance.now() - startedAt;
    for (const route of ROUTES)
      rows.push({ states, route, ...(await ask(api, route)), readyMs, memoryMb: memoryMb(api.pid) });
  } finally {
    await cluster.stop();
  }
}

async function ask(api, route) {
  const times = [];
  let bytes = 0;
  const before = cpuMs(api.pid);
  for (let n = 0; n < requests; n++) {
    const at = performance.now();
    const response = await fetch(api.url + route);
    bytes = (await response.text()).length;
    times.push(performance.now() - at);
    if (!response.ok) throw new Error(`${route}: ${response.status}`);
  }
  return {
    bytes,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    cpuMs: (cpuMs(api.pid) - before) / requests,
  };
}

/** What a worker of that many monitors would have written. */
async function fill(cluster, states) {
  const { keys } = cluster;
  await cluster.put([{ put: keys.member(WORKER), value: encode(member()) }]);
  const range = (from, size) => Array.from({ length: Math.min(size, states - from) }, (_, n) => from + n);
  for (let from = 0; from < states; from += 40) await cluster.put(range(from, 40).flatMap((n) => opsOf(keys, n)));
  for (let chunk = 0; chunk * CHUNK < states; chunk++) {
    const numbers = range(chunk * CHUNK, CHUNK);
    const [index, now] = [{ generation: 1, names: numbers.map(nameOf) }, Date.now()];
    const entries = numbers.map((n) => ({
      name: nameOf(n),
      samples: [{ at: now - n, latencyMs: 5, status: statusOf(n) }],
      ...{ runs: 1, overruns: 0, nextDueAt: now + 600_000 },
    }));
    await cluster.put([
      { put: keys.vitalsIndex(WORKER, chunk), value: encodeVitalsIndex(index) },
      { put: keys.vitalsDump(WORKER, chunk, 0), value: encodeVitals(entries, index, now) },
    ]);
  }
}

function member() {
  const now = new Date().toISOString();
  const about = { Name: 'bench', Role: 'worker', Hostname: 'host', ListenAddress: '127.0.0.1:1', Tags: [] };
  return { MemberID: WORKER, ...about, Version: '0', SemVer: '0.0.0', StartedAt: now, LastUpdated: now };
}

function opsOf(keys, n) {
  const now = new Date().toISOString();
  const name = nameOf(n);
  const status = statusOf(n);
  const isCritical = status === 'critical';
  // Long enough that no state is stale before the API is ready.
  const settings = { type: 'tcp', host: `${name}.example.com`, port: 80, interval: '10m', tags: [`team-${n % 20}`] };
  const revisions = { revision: 1, createRevision: 1 };
  const state = {
    ...{ status, since: now, count: isCritical ? 1 : 0, message: 'N/A', owner: WORKER, ownerName: 'bench', told: {} },
    ...{ incident: isCritical ? { id: '1.1', openedAt: now, worst: 'critical' } : null, incidents: isCritical ? 1 : 0 },
    ...{ ...revisions, target: `tcp ${name}`, lastRunAt: now, date: now },
  };
  return [
    { put: keys.monitor(name), value: encode(settings) },
    { put: keys.assignment(WORKER, name), value: encode({ phase: 'run', settings, ...revisions, assignedAt: now }) },
    { put: keys.state(name), value: encode(state) },
  ];
}

function nameOf(n) {
  return `m${n}`;
}

function statusOf(n) {
  return n % 20 === 0 ? 'critical' : 'ok';
}
