// `npm run bench:history`: what 100 days of the history of 10,000 monitors take, through the real codec, stores and folds, in a real etcd. The results
// are made up: checks every 10 s with latencies of a real shape; a few monitors fail now and then.
import { setImmediate as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { historyOf, NO_PHASES, sumOf, bucketOf, CLASS } from '@9volt/contracts';
import { chunksOf, digestOf, encodeTallies, EtcdClient, Keyspace, periodsFor, Stores, totalsOf } from '@9volt/etcd-dal';
import { UptimeTable } from '../apps/api/dist/history/uptime-table.js';
import { foldPeriod } from '../apps/scheduler/dist/history/fold-period.js';
import { startEtcd, stop } from './parts/processes.mjs';

const { values } = parseArgs({
  options: { monitors: { type: 'string', default: '10000' }, days: { type: 'string', default: '100' } },
});
const [monitors, days] = [Number(values.monitors), Number(values.days)];
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const names = Array.from({ length: monitors }, (_none, n) => `shop-${n % 97}-service-${n}`);
const today = Math.floor(Date.now() / DAY);

const etcd = await startEtcd();
const client = new EtcdClient({ members: [etcd.url], callTimeoutMs: 60_000 });
const keys = new Keyspace('9volt');
const { history, historyFold } = new Stores(client, keys);
const rows = [];
try {
  await measure();
} finally {
  client.close();
  await stop(etcd);
  await etcd.remove();
}
console.table(Object.fromEntries(rows));

async function measure() {
  const folded = today * 24 - 1;
  let minuteBytes = 0;
  for (let n = 0; n < 60; n++) minuteBytes += await writeMinute(folded * 60 + n);
  // The running minute is written three times; a third and two thirds of it have less.
  row('a minute, written', `${kb(minuteBytes / 60)} (with its repeats ≈ ${kb((minuteBytes / 60) * 2)})`);
  row('an hour of minutes', mb(minuteBytes));
  const index = await history.index();
  const fold = async (n) => {
    const sources = [...index.minute]
      .filter(([minute]) => Math.floor(minute / 60) === n)
      .sort(([a], [b]) => a - b)
      .flatMap(([, found]) => found);
    const { tallies } = await foldPeriod(history, sources);
    await historyFold.replace({ level: 'hour', n }, tallies, [], []);
    await historyFold.strip(sources, []);
    return tallies;
  };
  const last = await timed('a fold of an hour, from 60 minutes', () => fold(folded));
  const hourBytes = await sizeOf(keys.historyHours);
  row('an hour', `${mb(hourBytes)}, ${(hourBytes / monitors).toFixed(1)} bytes a monitor`);
  row('an hour of minutes, without the results', mb(await sizeOf(keys.historyMinutes)));
  // The other hours of a monitor are like that one.
  for (let n = folded - 239; n < folded; n++) {
    const tallies = new Map(names.map((name) => [name, varied(moved(last.get(name), (n - folded) * HOUR))]));
    await historyFold.replace({ level: 'hour', n }, tallies, [], []);
  }
  const hours = await history.index();
  const ofDay = Array.from({ length: 24 }, (_none, n) => hours.hour.get((today - 2) * 24 + n) ?? []).flat();
  const day = await timed('a fold of a day, from 24 hours', async () => {
    const { tallies } = await foldPeriod(history, ofDay);
    await historyFold.replace({ level: 'day', n: today - 2 }, tallies, [], []);
    return tallies;
  });
  const dayBytes = await sizeOf(keys.historyDays);
  row('a day', `${mb(dayBytes)}, ${(dayBytes / monitors).toFixed(1)} bytes a monitor`);
  for (let n = today - days; n < today; n++) {
    const shift = (n - (today - 2)) * DAY;
    const tallies = new Map(names.map((name) => [name, varied(moved(day.get(name), shift))]));
    if (n !== today - 2) await historyFold.replace({ level: 'day', n }, tallies, [], []);
  }
  row('240 hours', mb(await sizeOf(keys.historyHours)));
  row(`${days} days`, mb(await sizeOf(keys.historyDays)));
  row('all of the history', mb(await sizeOf(keys.historyNames.replace(/names\/$/, ''))));
  await measureReads();
}

async function measureReads() {
  const all = await history.index();
  const to = Date.now();
  const range = { from: (today - 90) * DAY, to, step: DAY };
  const read = async () => {
    const tallies = await history.talliesOf(names[7], all, periodsFor(all, range, history.periods));
    return historyOf(tallies, range);
  };
  await timed('90 days of a monitor, first', read);
  await timed('90 days of a monitor', read);
  // As an API reads it without an archive.
  const past = {
    lengths: history.periods,
    periods: (index, range) => periodsFor(index.all, range, history.periods),
    totals: async (index, periods) => ({ found: await totalsOf(history, index.all, periods), partial: false }),
  };
  const table = new UptimeTable(past);
  await timed('uptime of all monitors, 24 h and 30 d, first', () => table.get({ all }, to));
  await timed('uptime of all monitors, again', () => table.get({ all }, to));
  const everything = periodsFor(all, { from: (today - days) * DAY, to: today * DAY, step: DAY }, history.periods);
  await timed(`a report on ${days} days of all monitors`, () => totalsOf(history, all, everything));
}

async function writeMinute(n) {
  const from = n * MINUTE;
  let bytes = 0;
  const chunks = [];
  for (const chunk of chunksOf(names, 1_000)) {
    const tallies = new Map();
    const results = new Map();
    for (const name of chunk) {
      const samples = checksOf(name, from);
      results.set(name, samples);
      tallies.set(name, sumOf(samples.map(pointOf)));
    }
    const value = encodeTallies({ names: chunk, tallies, results, from, unitMs: 1 });
    bytes += value.length;
    chunks.push({ digest: digestOf(chunk), names: chunk, value, isNew: n % 60 === 0 });
    await pause();
  }
  await history.writeMinute('worker', { n, chunks, obsolete: [] });
  return bytes;
}

/** Checks begin at a beat of 20 ms after their slot. */
function checksOf(name, from) {
  const seed = bucketSeed(name);
  const isDown = Math.random() < 0.0001;
  return [0, 1, 2, 3, 4, 5].map((n) => ({
    at: from + n * 10_000 + Math.ceil((seed % 9_900) / 20) * 20 + Math.floor(Math.random() * 3),
    // Log-normal around a value of the monitor's own.
    latencyMs: (2 + (seed % 60)) * Math.exp(0.3 * gaussian()),
    status: isDown ? 'critical' : 'ok',
    ...(isDown ? { message: 'connection refused' } : {}),
  }));
}

function pointOf({ at, latencyMs, status }) {
  const end = Math.round(at + latencyMs);
  const code = CLASS[status];
  return {
    ...{ first: end, firstClass: code, last: end, lastClass: code, holdMs: 18_000 },
    ...{ runs: 1, failures: code === CLASS.critical ? 1 : 0, overruns: 0, maybeDown: 0, maybeUp: 0 },
    ...{ time: [0, 0, 0, 0, 0, 0, 0], latency: [bucketOf(latencyMs), 1], phases: NO_PHASES, changes: [] },
  };
}

function moved(tally, shift) {
  const changes = tally.changes.map((value, n) => (n % 2 === 0 ? value + shift : value));
  return { ...tally, first: tally.first + shift, last: tally.last + shift, changes };
}

/** With latencies of the same shape, but not the same ones. */
function varied(tally) {
  const latency = tally.latency.map((value, n) =>
    n % 2 === 0 ? value : Math.max(1, Math.round(value + Math.sqrt(value) * gaussian())),
  );
  let runs = 0;
  for (let n = 1; n < latency.length; n += 2) runs += latency[n];
  return { ...tally, latency, runs };
}

function bucketSeed(name) {
  let seed = 7;
  for (const letter of name) seed = (seed * 31 + letter.charCodeAt(0)) % 1_000_003;
  return seed;
}

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

async function sizeOf(prefix) {
  let bytes = 0;
  for await (const { entries } of client.pages(prefix)) {
    for (const { key, value } of entries) bytes += key.length + value.length;
  }
  return bytes;
}

async function timed(what, work) {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(cpu);
  row(what, `${Math.round(performance.now() - startedAt)} ms, ${Math.round((user + system) / 1_000)} ms of CPU`);
  return answer;
}

function row(what, value) {
  rows.push([what, value]);
  console.log(`${what}: ${value}`);
}

function kb(bytes) {
  return `${Math.round(bytes / 1_000)} kB`;
}

function mb(bytes) {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
