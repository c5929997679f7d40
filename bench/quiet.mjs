// `npm run bench:quiet`: what silences and maintenance windows cost: a decision about an alarm by itself, and how long it takes from the answer of a
// target until etcd has accepted the changed state, without and with them.
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MaintenanceSettings, MaintenanceWindows, MatcherIndex, subjectOf } from '@9volt/contracts';
import { EtcdClient, Informer, Keyspace } from '@9volt/etcd-dal';
import { holdOf } from '../apps/worker/dist/notification/pipeline/stages.js';
import { cpuMs, startEtcd, startNode, stop, until } from './parts/processes.mjs';

const { values } = parseArgs({
  options: {
    silences: { type: 'string', default: '1000' },
    windows: { type: 'string', default: '200' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    decisions: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
});
const [silences, windows, rate, seconds, decisions] = ['silences', 'windows', 'rate', 'seconds', 'decisions'].map(
  (name) => Number(values[name]),
);
const iso = (ms) => new Date(Date.now() + ms).toISOString();
const open = { start: iso(-3_600_000), end: iso(24 * 3_600_000) };
/** By name, by a glob, by tags: as people write them. One in four also names a status. */
const matchOf = (n) =>
  [
    { name: `bench-${n}` },
    { name: `bench-${n}`, status: ['warning'] },
    { name: `*-room-${n}-*` },
    { tags: [`t${n % rate}`, 'shop'], type: 'http' },
  ][n % 4];
const silenceOf = (n) => ({ match: matchOf(n), ...open, comment: 'bench', createdAt: open.start });
const windowOf = (n) => ({
  match: matchOf(n),
  schedule: `${n % 60} 3 * * *`,
  duration: '2h',
  'time-zone': 'Europe/Berlin',
});
const settingsOf = (n) => ({ type: 'http', tags: ['shop', `t${n % rate}`] });

const results = { silences, windows, rate, decisionUs: decide(), ...(await change()) };
console.table(results);
if (values.json) {
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}
process.exit();

/** Processor time of a decision about a monitor: the first one, and one while nothing changes. */
function decide() {
  const held = new MatcherIndex();
  const kept = new MatcherIndex();
  for (let n = 0; n < silences; n++) held.set(`s${n}`, matchOf(n), silenceOf(n));
  for (let n = 0; n < windows; n++) {
    kept.set(`w${n}`, matchOf(n), new MaintenanceWindows(Object.assign(new MaintenanceSettings(), windowOf(n))));
  }
  const monitors = Array.from({ length: decisions }, (_, n) => ({ name: `bench-${n}`, settings: settingsOf(n) }));
  const state = { status: 'critical', since: open.start, incident: { id: '1.1' } };
  const facts = { state, pause: undefined, acknowledgement: undefined, parents: [] };
  const now = Date.now();
  const cost = () => {
    const before = process.cpuUsage();
    for (const monitor of monitors) {
      const found = { subject: subjectOf(monitor), maintenances: kept.of(monitor), silences: held.of(monitor) };
      holdOf({ alerter: 'pager', status: 'critical', kind: 'alarm' }, { ...facts, ...found }, now);
    }
    const { user, system } = process.cpuUsage(before);
    return Math.round(((user + system) / monitors.length) * 10) / 10;
  };
  return `${cost()} first, ${cost()} then`;
}

/** Every check finds another status than the one before, so each is a change of the state. */
async function change() {
  const answeredAt = new Map();
  const target = createServer(({ url }, response) => {
    const { healthy = false } = answeredAt.get(url) ?? {};
    response.writeHead(healthy ? 503 : 200, { Connection: 'close' }).end();
    answeredAt.set(url, { healthy: !healthy, at: performance.now() });
  }).listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
  await new Promise((resolve) => target.once('listening', resolve));
  const etcd = await startEtcd();
  const client = new EtcdClient({ members: [etcd.url] });
  const keys = new Keyspace('9volt');
  const put = async (entries) => {
    for (let from = 0; from < entries.length; from += 100) {
      const then = entries.slice(from, from + 100).map(([key, value]) => ({ put: key, value: JSON.stringify(value) }));
      await client.txn({ compare: [], then });
    }
  };
  let latencies = [];
  const accepted = new Informer(client, {
    prefix: keys.states,
    decode: ({ key }) => key.slice(keys.states.length),
    onChange: ({ after }) => {
      const answered = after && answeredAt.get(`/${after.value}`);
      if (answered) latencies.push(performance.now() - answered.at);
    },
  });
  await accepted.start();
  const scheduler = await startNode('scheduler', etcd.url);
  const worker = await startNode('worker', etcd.url);
  const { port } = target.address();
  const monitor = (n) => ({
    ...settingsOf(n),
    ...{ host: '127.0.0.1', port, url: `/bench-${n}`, interval: '1s', timeout: '900ms', 'critical-alerter': ['pager'] },
  });
  // Holds back all alarms, so that only the changes are measured.
  await put([[`${keys.silences}all`, { ...silenceOf(0), match: { tags: ['shop'] } }]]);
  await put(Array.from({ length: rate }, (_, n) => [keys.monitor(`bench-${n}`), monitor(n)]));
  await until(
    () => answeredAt.size >= rate,
    120_000,
    () => `all monitors to run: ${worker.output.slice(-2_000)}`,
  );
  const look = async () => {
    await sleep(Math.min(3, seconds) * 1_000);
    latencies = [];
    const before = cpuMs(worker.pid);
    await sleep(seconds * 1_000);
    const seen = latencies.toSorted((a, b) => a - b);
    return {
      perSecond: Math.round(seen.length / seconds),
      p50Ms: Math.round(seen[Math.floor(seen.length * 0.5)]),
      p99Ms: Math.round(seen[Math.floor(seen.length * 0.99)]),
      workerMsPerSecond: Math.round((cpuMs(worker.pid) - before) / seconds),
    };
  };
  const without = await look();
  await put(Array.from({ length: silences }, (_, n) => [`${keys.silences}s${n}`, silenceOf(n)]));
  await put(Array.from({ length: windows }, (_, n) => [`${keys.maintenances}w${n}`, windowOf(n)]));
  const withAll = await look();
  await accepted.stop();
  client.close();
  for (const one of [worker, scheduler, etcd]) await stop(one);
  await etcd.remove();
  target.close();
  return { without: text(without), with: text(withAll), perSecond: withAll.perSecond, p99Ms: withAll.p99Ms };
}

function text({ perSecond, p50Ms, p99Ms, workerMsPerSecond }) {
  return `${perSecond} changes a second, p50 ${p50Ms} ms, p99 ${p99Ms} ms, worker ${workerMsPerSecond} ms of processor time a second`;
}
