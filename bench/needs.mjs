// `npm run bench:needs -- --monitors 1000000 --interval 60`: what a cluster of that size needs, from two runs of bench:scale and one of bench:checks in bench/figures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    monitors: { type: 'string', default: '1000000' },
    interval: { type: 'string', default: '60' },
    type: { type: 'string', default: 'http' },
  },
});
const [monitors, intervalS] = [values.monitors, values.interval].map(Number);
/** A worker is to have processor time and memory left when another one is lost. */
const USABLE_CORE = 0.5;
const MOST_PER_WORKER = 25_000;

const figures = (name) => JSON.parse(readFileSync(join(import.meta.dirname, 'figures', `${name}.json`), 'utf8'));
const [few, many, checks] = ['scale-few', 'scale-many', 'checks'].map(figures);
const measured = (run, what) => run.results.find((row) => row.what === what).measured;

/** By two points, a line: what it takes without monitors, and for each. */
function line(what, perProcess = 1) {
  const [a, b] = [few, many].map((run) => ({ monitors: run.monitors / perProcess, value: measured(run, what) }));
  const each = Math.max(0, (b.value - a.value) / (b.monitors - a.monitors));
  return { each, at: (count) => Math.max(a.value, a.value + each * (count - a.monitors)) };
}

/** Without monitors there are next to none. */
function inProportion(what) {
  return (measured(few, what) * monitors) / few.monitors;
}

const checksPerSecond = monitors / intervalS;
const usPerCheck = checks.results.find(({ type }) => type === values.type).workerUs;
const cores = (checksPerSecond * usPerCheck) / 1e6;
const workers = Math.ceil(Math.max(cores / USABLE_CORE, monitors / MOST_PER_WORKER));
const worker = line('memory of a worker, MB', many.workers);
const rows = [
  ['checks a second', checksPerSecond],
  ['processor time of all workers, cores', cores],
  ['workers', workers],
  ['memory of a worker, MB', worker.at(monitors / workers)],
  ['memory of a scheduler, MB', line('memory of the scheduler, MB').at(monitors)],
  ['memory of an API, MB', line('memory of the API, MB').at(monitors)],
  ['etcd: data in use, MB', line('etcd: data in use, MB').at(monitors)],
  ['etcd: memory, MB', line('etcd: memory, MB').at(monitors)],
  ['writes to etcd, transactions a second', inProportion('writes to etcd, transactions a second')],
  ['sent to etcd, kB a second', inProportion('sent to etcd, kB a second')],
];
console.table(
  rows.map(([what, value]) => ({ what, value: value < 10 ? Math.round(value * 10) / 10 : Math.round(value) })),
);
