import { bucketOf, CLASS, NO_PHASES, type Sketch, spanBetween, type Tally, TIME_CLASSES } from '@9volt/contracts';
/** Results of many monitors. */
export interface Columns {
  /** From when a result counts. */
  endedAt: Float64Array;
  latencyMs: Float64Array;
  /** Position in `TIME_CLASSES`: what the time counts as. */
  code: Uint8Array;
  /** What the check found: position in `STATUSES`, or {@link NO_CHECK}. */
  status: Uint8Array;
  /** A bucket for each phase of each result; -1 without it. */
  phases: Int16Array;
}

/** In place of a status: a check was due, but people did not want it. */
export const NO_CHECK = 255;

/** The results of one monitor. */
export interface Rows {
  /** Positions in the columns, in the order of the results. */
  rows: readonly number[];
  holdMs: number;
  overruns: number;
  /** Flat pairs of time and code. */
  marks: readonly number[];
}

/** Used by one call at a time, and left empty. */
const counts = new Uint32Array(256);

/** The tally of some results of one monitor, at least one. Pure. */
export function tallyOf(columns: Columns, { rows, holdMs, overruns, marks }: Rows): Tally {
  const { endedAt, latencyMs, code, status } = columns;
  const time = TIME_CLASSES.map(() => 0);
  const changes: number[] = [];
  const turn = (at: number, to: number): void => {
    changes.push(at, to);
  };
  const [firstRow = 0] = rows;
  const first = endedAt[firstRow] as number;
  const firstClass = code[firstRow] as number;
  let last = first;
  let lastClass = firstClass;
  let shown = firstClass;
  let [maybeDown, maybeUp, runs, failures] = [0, 0, 0, 0];
  for (const row of rows) {
    const own = code[row] as number;
    // A clock may have been set back.
    const at = Math.max(last, endedAt[row] as number);
    const span = spanBetween({ last, lastClass, holdMs }, at, own);
    time[span.class] = (time[span.class] as number) + at - last;
    if (span.maybe === 'down') maybeDown += at - last;
    if (span.maybe === 'up') maybeUp += at - last;
    if (at > last && span.class !== shown) turn(last, (shown = span.class));
    if (own !== shown) turn(at, (shown = own));
    last = at;
    lastClass = own;
    if (status[row] === NO_CHECK) continue;
    runs++;
    if (own === CLASS.critical) failures++;
    const bucket = bucketOf(latencyMs[row] as number);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return {
    first,
    firstClass,
    last,
    lastClass,
    holdMs,
    runs,
    failures,
    overruns,
    time,
    maybeDown,
    maybeUp,
    latency: takeSketch(),
    phases: mediansOf(columns, rows),
    changes: marks.length === 0 ? changes : inOrder([...changes, ...marks]),
  };
}

function takeSketch(): Sketch {
  const sketch: number[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) {
    if (counts[bucket] !== 0) sketch.push(bucket, counts[bucket] as number);
  }
  counts.fill(0);
  return sketch;
}

function mediansOf({ phases }: Columns, rows: readonly number[]): readonly number[] {
  let any = false;
  const medians = NO_PHASES.map((_none, phase) => {
    const buckets: number[] = [];
    for (const row of rows) {
      const bucket = phases[row * NO_PHASES.length + phase] as number;
      if (bucket >= 0) buckets.push(bucket);
    }
    any ||= buckets.length > 0;
    return buckets.sort((a, b) => a - b)[Math.floor((buckets.length - 1) / 2)] ?? -1;
  });
  return any ? medians : NO_PHASES;
}

/** Flat pairs, by time. */
function inOrder(changes: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < changes.length; i += 2) pairs.push([changes[i] as number, changes[i + 1] as number]);
  return pairs.sort(([a], [b]) => a - b).flat();
}
