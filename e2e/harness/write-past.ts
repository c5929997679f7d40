import {
  bucketOf,
  CLASS,
  historyPeriods,
  sumOf,
  type Sketch,
  type Tally,
  type TimeClass,
  TIME_CLASSES,
} from '@9volt/contracts';
import { chunksOf, digestOf, encodeTallies, Stores } from '@9volt/etcd-dal';
import type { Cluster } from './cluster.js';

const { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } = historyPeriods();
const INTERVAL_MS = 60_000;
const HOLD_MS = 1.5 * INTERVAL_MS + 3_000;

/** What a monitor went through, in milliseconds since the epoch. Outside these times it was ok. */
export interface Past {
  since: number;
  medianMs: number;
  times: readonly { from: number; to: number; status: TimeClass }[];
}

/** Writes what 9volt would have kept of monitors that are checked every minute, until the last full minute: minutes, hours and days. */
export async function writePast(cluster: Cluster, pasts: ReadonlyMap<string, Past>): Promise<void> {
  const { history, historyFold } = new Stores(cluster.client, cluster.keys);
  const now = Date.now();
  const thisHour = Math.floor(now / HOUR_MS);
  const today = Math.floor(now / DAY_MS);
  const begin = Math.min(...[...pasts.values()].map(({ since }) => since));
  const of = (from: number, to: number): Map<string, Tally> =>
    new Map(
      [...pasts].flatMap(([name, past]) => {
        const tally = tallyOf(past, from, to);
        return tally ? [[name, tally] as const] : [];
      }),
    );
  for (let n = Math.floor(begin / DAY_MS); n < today; n++) {
    const days = new Map<string, Tally>();
    for (const name of pasts.keys()) {
      const hours = Array.from({ length: 24 }, (_none, hour) => n * DAY_MS + hour * HOUR_MS);
      const past = pasts.get(name) as Past;
      const sum = sumOf(hours.flatMap((from) => tallyOf(past, from, from + HOUR_MS) ?? []));
      if (sum) days.set(name, sum);
    }
    await historyFold.replace({ level: 'day', n }, days, [], []);
  }
  for (let n = Math.max(Math.floor(begin / HOUR_MS), (today - 9) * 24); n < thisHour; n++) {
    await historyFold.replace({ level: 'hour', n }, of(n * HOUR_MS, (n + 1) * HOUR_MS), [], []);
  }
  for (let n = (thisHour - 2) * 60; (n + 1) * MINUTE_MS <= now; n++) {
    const from = n * MINUTE_MS;
    const tallies = of(from, from + MINUTE_MS);
    const chunks = chunksOf(tallies.keys(), 1_000).map((names) => ({
      digest: digestOf(names),
      names,
      value: encodeTallies({ names, tallies, from, unitMs: 1, results: new Map() }),
      isNew: true,
    }));
    await history.writeMinute('earlier', { n, chunks, obsolete: [] });
  }
}

function statusAt({ times }: Past, at: number): number {
  return CLASS[times.find(({ from, to }) => from <= at && at < to)?.status ?? 'ok'];
}

function tallyOf(past: Past, from: number, to: number): Tally | undefined {
  const slots = Array.from(
    { length: Math.round((to - from) / INTERVAL_MS) },
    (_none, n) => from + n * INTERVAL_MS + 500,
  );
  const seen = slots
    .map((at) => ({ at, code: statusAt(past, at) }))
    .filter(({ at, code }) => at >= past.since && code !== CLASS.unwatched);
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last) return undefined;
  const time = TIME_CLASSES.map(() => 0);
  const changes: number[] = [];
  let [maybeDown, maybeUp] = [0, 0];
  for (const [n, { at, code }] of seen.slice(1).entries()) {
    const before = seen[n] as { at: number; code: number };
    const ms = at - before.at;
    const isGap = ms > HOLD_MS;
    const counts = isGap ? CLASS.unwatched : before.code;
    time[counts] = (time[counts] ?? 0) + ms;
    if (isGap) changes.push(before.at, CLASS.unwatched, at, code);
    else if (code !== before.code) {
      changes.push(at, code);
      if (code === CLASS.critical) maybeDown += ms;
      if (before.code === CLASS.critical) maybeUp += ms;
    }
  }
  const failures = seen.filter(({ code }) => code === CLASS.critical).length;
  return {
    ...{ first: first.at, firstClass: first.code, last: last.at, lastClass: last.code, holdMs: HOLD_MS },
    ...{ runs: seen.length, failures, overruns: 0, maybeDown, maybeUp, time, changes },
    latency: sketchOf(past.medianMs * swing(from), seen.length),
    phases: [-1, -1, -1, -1, -1],
  };
}

/** Slower in the evening, and a little different every hour. */
function swing(at: number): number {
  const hour = at / HOUR_MS;
  return 1 + 0.35 * Math.sin((2 * Math.PI * (hour - 13)) / 24) + 0.12 * Math.sin(hour * 12.9898);
}

/** Mostly around a median, with a tail. */
function sketchOf(medianMs: number, count: number): Sketch {
  const shares = [0.08, 0.2, 0.34, 0.2, 0.1, 0.05, 0.02, 0.01];
  const lowest = bucketOf(medianMs) - 2;
  const counts = shares.map((share) => Math.round(share * count));
  counts[2] = Math.max(0, (counts[2] as number) + count - counts.reduce((sum, one) => sum + one, 0));
  const steps = [0, 1, 2, 3, 4, 6, 9, 12];
  return steps.flatMap((step, n) => ((counts[n] as number) > 0 ? [lowest + step, counts[n] as number] : []));
}
