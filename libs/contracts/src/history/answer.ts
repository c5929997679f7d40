import type { HistoryBucket, HistoryMark, MonitorHistory, MonitorTimeline, TimelineSpan } from './answers.js';
import { mergeSketches, msOfBucket, quantile, type Sketch } from './sketch.js';
import {
  FIRST_MARK,
  joined,
  MARKS,
  NO_PHASES,
  spanBetween,
  spanUntil,
  type Tally,
  TallySum,
  TIME_CLASSES,
} from './tally.js';
import { timeByClass, type UptimeFacts, uptimeOf } from './uptime.js';

/** A time of a monitor, and how to divide it. Instants are milliseconds since the epoch. */
export interface HistoryRange {
  from: number;
  to: number;
  /** Length of a bucket. */
  step: number;
  /** Later results may not be known yet; without it all are. */
  knownUntil?: number;
  /** Maintenance counts as time that nobody watched, instead of being left out. */
  withMaintenance?: boolean;
}

const PHASES = ['lookup', 'connect', 'tls', 'firstByte', 'transfer'] as const;
/** An answer is for a screen. */
export const MAX_BUCKETS = 2_000;

/** What was counted in one period. */
class Account {
  readonly time = TIME_CLASSES.map(() => 0);
  maybeDown = 0;
  maybeUp = 0;
  runs = 0;
  failures = 0;
  overruns = 0;
  private latency: Sketch = [];
  private readonly sum = new TallySum();

  add(tally: Tally): void {
    for (const [code, ms] of tally.time.entries()) this.time[code] = (this.time[code] ?? 0) + ms;
    this.maybeDown += tally.maybeDown;
    this.maybeUp += tally.maybeUp;
    this.runs += tally.runs;
    this.failures += tally.failures;
    this.overruns += tally.overruns;
    this.latency = mergeSketches(this.latency, tally.latency);
    this.sum.add(tally);
  }

  span(code: number, ms: number, maybe: 'up' | 'down' | undefined): void {
    this.time[code] = (this.time[code] ?? 0) + ms;
    if (maybe === 'down') this.maybeDown += ms;
    if (maybe === 'up') this.maybeUp += ms;
  }

  shown(from: number, to: number, withMaintenance: boolean): HistoryBucket {
    const percentile = (q: number): number => rounded(quantile(this.latency, q) ?? 0);
    const phases = this.sum.sum?.phases ?? NO_PHASES;
    return {
      from: iso(from),
      to: iso(to),
      ...uptimeOf(this, withMaintenance),
      time: timeByClass(this.time),
      runs: this.runs,
      failures: this.failures,
      overruns: this.overruns,
      latency:
        this.latency.length === 0 ? null : { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
      phases: Object.fromEntries(
        PHASES.flatMap((name, at) => {
          const bucket = phases[at] ?? -1;
          return bucket < 0 ? [] : [[name, rounded(msOfBucket(bucket))]];
        }),
      ),
    };
  }
}

/**
 * The time from the first known result, or from `from` if an earlier one still stands then, as one sum and in buckets. `tallies` are
 * those of the range in any order, and some before it if there are any.
 */
export function historyOf(
  tallies: readonly Tally[],
  range: HistoryRange,
): Pick<MonitorHistory, 'from' | 'to' | 'total' | 'buckets' | 'marks'> {
  const { to, step, knownUntil, withMaintenance = false } = range;
  const all = inOrder(tallies).filter(({ first }) => first < to);
  const begin = beginOf(all, range.from);
  const marks = marksOf(all, range);
  if (begin === undefined) return { from: iso(range.from), to: iso(to), total: null, buckets: [], marks };
  const start = range.from + Math.floor((begin - range.from) / step) * step;
  const total = new Account();
  const accounts = Array.from({ length: Math.min(MAX_BUCKETS, Math.ceil((to - start) / step)) }, () => new Account());
  const each = (at: number, take: (account: Account) => void): void => {
    take(total);
    const account = accounts[Math.floor((at - start) / step)];
    if (account) take(account);
  };
  const spread = (span: ReturnType<typeof spanBetween>): void => {
    for (let at = Math.max(span.from, begin); at < Math.min(span.to, to);) {
      const end = Math.min(span.to, to, start + (Math.floor((at - start) / step) + 1) * step);
      each(at, (account) => account.span(span.class, end - at, span.maybe));
      at = end;
    }
  };
  let before: Tally | undefined;
  for (const tally of all) {
    if (before && tally.first > before.last) spread(spanBetween(before, tally.first, tally.firstClass));
    if (tally.first >= begin) each(tally.first, (account) => account.add(tally));
    if (!before || tally.last > before.last) before = tally;
  }
  if (before && before.last < to) spread(spanUntil(before, to, knownUntil));
  return {
    from: iso(begin),
    to: iso(to),
    total: total.shown(begin, to, withMaintenance),
    buckets: accounts.map((account, n) =>
      account.shown(Math.max(begin, start + n * step), Math.min(to, start + (n + 1) * step), withMaintenance),
    ),
    marks,
  };
}

/** The uptime of a range, without buckets. */
export function uptimeIn(tallies: readonly Tally[], from: number, to: number, knownUntil = to): UptimeFacts {
  const { total } = historyOf(tallies, { from, to, step: Math.max(1, to - from), knownUntil });
  return total ? { uptime: total.uptime, watched: total.watched } : { uptime: null, watched: null };
}

/** One line of what was found, and when nobody looked. */
export function timelineOf(
  tallies: readonly Tally[],
  range: Pick<HistoryRange, 'from' | 'to' | 'knownUntil'>,
): Pick<MonitorTimeline, 'from' | 'to' | 'spans' | 'marks'> {
  const all = inOrder(tallies).filter(({ first }) => first < range.to);
  const begin = beginOf(all, range.from);
  const turns: { at: number; code: number }[] = [];
  const turn = (at: number, code: number): void => {
    const before = turns.at(-1);
    if (code >= FIRST_MARK || before?.code === code || (before && at < before.at)) return;
    if (before?.at === at) turns.pop();
    turns.push({ at, code });
  };
  let before: Tally | undefined;
  for (const tally of all) {
    if (before) {
      const span = spanBetween(before, tally.first, tally.firstClass);
      if (span.to > span.from) turn(span.from, span.class);
    }
    if (!before || tally.first >= before.last) turn(tally.first, tally.firstClass);
    for (const [at, code] of pairs(tally.changes)) turn(at, code);
    if (!before || tally.last > before.last) before = tally;
  }
  if (before) turn(before.last, spanUntil(before, range.to, range.knownUntil).class);
  const spans: TimelineSpan[] = [];
  for (const [n, { at, code }] of turns.entries()) {
    const end = turns[n + 1]?.at;
    if (begin === undefined || (end !== undefined && end <= begin)) continue;
    spans.push({
      from: iso(Math.max(at, begin)),
      to: end === undefined ? null : iso(end),
      status: TIME_CLASSES[code] ?? 'unknown',
    });
  }
  return { from: iso(begin ?? range.from), to: iso(range.to), spans, marks: marksOf(all, range) };
}

/** Since when anything is known; undefined if nothing is. */
function beginOf(all: readonly Tally[], from: number): number | undefined {
  const [first] = all;
  if (!first) return undefined;
  return Math.max(from, first.first);
}

/** By time, without overlaps: what two workers saw at the same time is one. */
function inOrder(tallies: readonly Tally[]): Tally[] {
  const ordered: Tally[] = [];
  for (const tally of [...tallies].sort((a, b) => a.first - b.first)) {
    const before = ordered.at(-1);
    if (before && tally.first < before.last) ordered[ordered.length - 1] = joined(before, tally);
    else ordered.push(tally);
  }
  return ordered;
}

function marksOf(all: readonly Tally[], { from, to }: Pick<HistoryRange, 'from' | 'to'>): HistoryMark[] {
  return all.flatMap(({ changes }) =>
    [...pairs(changes)].flatMap(([at, code]) => {
      const kind = MARKS[code - FIRST_MARK];
      return kind === undefined || at < from || at >= to ? [] : [{ at: iso(at), kind }];
    }),
  );
}

function* pairs(changes: readonly number[]): Generator<[at: number, code: number]> {
  for (let i = 0; i < changes.length; i += 2) yield [changes[i] as number, changes[i + 1] as number];
}

function rounded(ms: number): number {
  return Number(ms.toPrecision(3));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
