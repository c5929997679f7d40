import { bucketAt, mergeSketches, type Sketch } from './sketch.js';

/**
 * To which class a moment of a monitor belongs. The first four are what the last check found, `maintenance` and `disabled` are what
 * people wanted, and `unwatched` is the time that no check covers.
 */
export const TIME_CLASSES = ['ok', 'warning', 'critical', 'unknown', 'maintenance', 'disabled', 'unwatched'] as const;
export type TimeClass = (typeof TIME_CLASSES)[number];

/** What people see on the line of a monitor without a change of its class. */
export const MARKS = ['edited', 'target-changed'] as const;
export type Mark = (typeof MARKS)[number];

/** Positions in {@link TIME_CLASSES}; marks follow. Codes are stored: they never change. */
export const CLASS = { ok: 0, warning: 1, critical: 2, unknown: 3, maintenance: 4, disabled: 5, unwatched: 6 } as const;
export const FIRST_MARK = 16;

/** The last changes of class in one tally that are kept one by one. */
const MAX_CHANGES = 500;

/**
 * What is known of one monitor between two of its results, `first` and `last`. Tallies of successive periods add up ({@link joined}):
 * the time between them belongs to whatever the earlier one ended with, or to nobody. So the fold of minutes to hours and the answer
 * about 90 days are the same sum.
 *
 * A result counts from the end of its check. Times are milliseconds since the epoch.
 */
export interface Tally {
  first: number;
  firstClass: number;
  last: number;
  lastClass: number;
  /** For how long a result stands: after that nobody watched. */
  holdMs: number;
  runs: number;
  /** Critical results. */
  failures: number;
  /** Due checks that were skipped because the one before was still running. */
  overruns: number;
  /** Milliseconds between `first` and `last`, by class. */
  time: readonly number[];
  /** Of the time counted as up, how much was before a result that found the target down: it may have been down already. */
  maybeDown: number;
  /** Of the time counted as down, how much was before a result that found the target up. */
  maybeUp: number;
  latency: Sketch;
  /** Bucket of the median of each phase, in the order of their names in a result; -1 without any. */
  phases: readonly number[];
  /** Changes of class after `first`, and marks: flat pairs of time and code. */
  changes: readonly number[];
}

export const NO_PHASES: readonly number[] = [-1, -1, -1, -1, -1];

/** The time between two points, as it counts. */
export interface Span {
  from: number;
  to: number;
  class: number;
  /** It ends with a result that says the opposite. */
  maybe: 'up' | 'down' | undefined;
}

/** Warning is up; a class that says nothing about the target is undefined. */
function isUp(code: number): boolean | undefined {
  if (code === CLASS.ok || code === CLASS.warning) return true;
  return code === CLASS.critical ? false : undefined;
}

/**
 * What the time after a result counts as, until the next one. A result that is too old says nothing any more, so the whole time
 * after it is unwatched. Only what people disabled lasts until they enable it.
 */
export function spanBetween(
  { last: from, lastClass, holdMs }: Pick<Tally, 'last' | 'lastClass' | 'holdMs'>,
  to: number,
  nextClass?: number,
): Span {
  if (lastClass === CLASS.disabled) return { from, to, class: lastClass, maybe: undefined };
  if (to - from > holdMs) return { from, to, class: CLASS.unwatched, maybe: undefined };
  const [before, after] = [isUp(lastClass), nextClass === undefined ? undefined : isUp(nextClass)];
  const maybe = before === undefined || after === undefined || before === after ? undefined : before ? 'down' : 'up';
  return { from, to, class: lastClass, maybe };
}

/**
 * The time after the last known result, until `to`. A result that came after `knownUntil` may not have reached etcd yet, so that its absence
 * says nothing.
 */
export function spanUntil(
  last: Parameters<typeof spanBetween>[0],
  to: number,
  knownUntil: number = Number.POSITIVE_INFINITY,
): Span {
  return { ...spanBetween(last, Math.min(to, knownUntil)), to };
}

/** The sum of two successive tallies of one monitor, in either order; if they overlap, two workers checked it at the same time. */
export function joined(one: Tally, other: Tally): Tally {
  const [a, b] = one.first <= other.first ? [one, other] : [other, one];
  return b.first < a.last ? overlapped(a, b) : succeeded(a, b);
}

function succeeded(a: Tally, b: Tally): Tally {
  const span = spanBetween(a, b.first, b.firstClass);
  const ms = span.to - span.from;
  const time = a.time.map((of, code) => of + (b.time[code] ?? 0));
  time[span.class] = (time[span.class] ?? 0) + ms;
  const changes = [...a.changes];
  if (span.class !== a.lastClass) changes.push(span.from, span.class);
  if (span.class !== b.firstClass) changes.push(b.first, b.firstClass);
  return {
    ...counts(a, b),
    first: a.first,
    firstClass: a.firstClass,
    last: b.last,
    lastClass: b.lastClass,
    holdMs: b.holdMs,
    time,
    maybeDown: a.maybeDown + b.maybeDown + (span.maybe === 'down' ? ms : 0),
    maybeUp: a.maybeUp + b.maybeUp + (span.maybe === 'up' ? ms : 0),
    changes: capped([...changes, ...b.changes]),
  };
}

/**
 * One line, not two: where both know something, the one counts that began earlier. The other one counts for the time that the earlier
 * one did not watch, and for the time after it.
 */
function overlapped(a: Tally, b: Tally): Tally {
  const lengthB = b.last - b.first;
  const after = Math.max(0, b.last - a.last);
  const known = b.time.reduce((sum, ms, code) => (code === CLASS.unwatched ? sum : sum + ms), 0);
  const gap = a.time[CLASS.unwatched] ?? 0;
  // The part of b that a did not see: what a left unwatched, as far as b is long enough, and what is after a.
  const share = lengthB > 0 ? after / lengthB : 0;
  const filled = Math.min(gap, known * (1 - share));
  const fill = known > 0 ? filled / known : 0;
  const time = a.time.map((of, code) => {
    if (code === CLASS.unwatched) return of - filled + (b.time[code] ?? 0) * share;
    return of + (b.time[code] ?? 0) * (share + fill);
  });
  const last = after > 0 ? b : a;
  return {
    ...counts(a, b),
    first: a.first,
    firstClass: a.firstClass,
    last: last.last,
    lastClass: last.lastClass,
    holdMs: last.holdMs,
    time: whole(time, last.last - a.first),
    maybeDown: Math.round(a.maybeDown + b.maybeDown * (share + fill)),
    maybeUp: Math.round(a.maybeUp + b.maybeUp * (share + fill)),
    changes: capped([...a.changes, ...later(b.changes, a.last)]),
  };
}

/** Whole milliseconds with exactly this sum. */
function whole(time: readonly number[], sum: number): number[] {
  const rounded = time.map((ms) => Math.max(0, Math.round(ms)));
  const largest = rounded.indexOf(Math.max(...rounded));
  rounded[largest] = Math.max(0, (rounded[largest] as number) + sum - rounded.reduce((all, ms) => all + ms, 0));
  return rounded;
}

function counts(a: Tally, b: Tally): Pick<Tally, 'runs' | 'failures' | 'overruns' | 'latency' | 'phases'> {
  return {
    runs: a.runs + b.runs,
    failures: a.failures + b.failures,
    overruns: a.overruns + b.overruns,
    latency: mergeSketches(a.latency, b.latency),
    phases: b.phases.some((bucket) => bucket >= 0) ? b.phases : a.phases,
  };
}

function later(changes: readonly number[], than: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < changes.length; i += 2) {
    if ((changes[i] as number) >= than) found.push(changes[i] as number, changes[i + 1] as number);
  }
  return found;
}

function capped(changes: number[]): number[] {
  return changes.length <= 2 * MAX_CHANGES ? changes : changes.slice(-2 * MAX_CHANGES);
}

/** Adds up the tallies of one monitor, oldest first. */
export class TallySum {
  private tally: Tally | undefined;
  private phases: Sketch[] | undefined;

  add(next: Tally): void {
    this.tally = this.tally ? joined(this.tally, next) : next;
    if (next.phases === NO_PHASES) return;
    this.phases ??= NO_PHASES.map(() => []);
    this.phases = this.phases.map((medians, phase) => {
      const bucket = next.phases[phase] ?? -1;
      return bucket < 0 ? medians : mergeSketches(medians, [bucket, 1]);
    });
  }

  /** The median over periods of the medians of each phase is theirs together. */
  get sum(): Tally | undefined {
    if (!this.tally || !this.phases) return this.tally;
    return { ...this.tally, phases: this.phases.map((medians) => bucketAt(medians, 0.5) ?? -1) };
  }
}

/** The sum of the tallies of one monitor, in any order. */
export function sumOf(tallies: readonly Tally[]): Tally | undefined {
  const sum = new TallySum();
  for (const tally of [...tallies].sort((a, b) => a.first - b.first)) sum.add(tally);
  return sum.sum;
}
