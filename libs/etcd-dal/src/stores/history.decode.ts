import { NO_PHASES, type Sample, type Tally } from '@9volt/contracts';
import { ByteReader, unpacked } from './bytes.js';
import { NO_PHASE, OTHERS, VERSION } from './history.format.js';
import { decodeResults } from './results.codec.js';

/** What is read of a chunk: only uptime, or all. */
export type TallyParts = 'time' | 'all';

/** Times and counts of a chunk: each column has one entry for every monitor with a tally. */
export interface TimeColumns {
  /** Positions in the names of the chunk. */
  present: readonly number[];
  first: readonly number[];
  last: readonly number[];
  firstClass: readonly number[];
  lastClass: readonly number[];
  holdMs: readonly number[];
  runs: readonly number[];
  failures: readonly number[];
  overruns: readonly number[];
  /** By class. */
  time: readonly (readonly number[])[];
  maybeDown: readonly number[];
  maybeUp: readonly number[];
  /** How many changes each has. */
  changed: readonly number[];
}

/** The begin of a chunk. */
interface Head {
  from: number;
  unitMs: number;
  /** What follows. */
  bytes: ByteReader;
  /** The latencies, packed. */
  latencies: Buffer;
}

interface Chunk extends Head {
  columns: TimeColumns;
}

/** The tallies by name. Answers undefined for a damaged value, or one of other names. */
export function decodeTallies(
  value: Buffer,
  names: readonly string[],
  parts: TallyParts = 'all',
): Map<string, Tally> | undefined {
  try {
    const chunk = chunkFrom(value, names.length);
    const changes = changesFrom(chunk);
    const latencies = parts === 'all' ? latenciesFrom(new ByteReader(unpacked(chunk.latencies)), chunk) : [];
    const found = new Map<string, Tally>();
    for (const [at, position] of chunk.columns.present.entries()) {
      found.set(names[position] as string, {
        ...timesAt(chunk.columns, at),
        latency: latencies[at]?.latency ?? [],
        phases: latencies[at]?.phases ?? NO_PHASES,
        changes: changes[at] ?? [],
      });
    }
    return found;
  } catch {
    return undefined;
  }
}

/** Times and counts of all monitors of a chunk. Answers undefined for a damaged value, or one of another number of names. */
export function decodeTimes(value: Buffer, names: number): TimeColumns | undefined {
  try {
    return chunkFrom(value, names).columns;
  } catch {
    return undefined;
  }
}

/** Throws for a damaged value, or one of another number of names. */
export function headFrom(value: Buffer, names: number): Head {
  const head = new ByteReader(value);
  if (head.byte() !== VERSION) throw new RangeError('another version');
  const [length, more] = [head.count(), head.count()];
  const bytes = new ByteReader(unpacked(head.rest.subarray(0, length)));
  if (bytes.count() !== names) throw new RangeError('other names');
  const [from, unitMs] = [bytes.count(), bytes.count()];
  return { from, unitMs, bytes, latencies: head.rest.subarray(length, length + more) };
}

function chunkFrom(value: Buffer, names: number): Chunk {
  const head = headFrom(value, names);
  return { ...head, columns: columnsFrom(head, names) };
}

function columnsFrom({ bytes, from, unitMs }: Head, names: number): TimeColumns {
  const present: number[] = [];
  for (let position = 0; position < names; position++) if (bytes.byte() === 1) present.push(position);
  const size = present.length;
  const codes = (): number[] => {
    const column: number[] = [];
    for (let n = 0; n < size; n++) column.push(bytes.byte());
    return column;
  };
  const counts = (unit = 1): number[] => {
    const column: number[] = [];
    for (let n = 0; n < size; n++) column.push(bytes.count() * unit);
    return column;
  };
  const first: number[] = [];
  for (let n = 0; n < size; n++) first.push(from + bytes.signed() * unitMs);
  const length = counts(unitMs);
  const columns = {
    present,
    first,
    last: length.map((ms, n) => (first[n] as number) + ms),
    firstClass: codes(),
    lastClass: codes(),
    holdMs: counts(),
    runs: counts(),
    failures: counts(),
    overruns: counts(),
    time: [length, ...Array.from({ length: OTHERS }, () => counts(unitMs))],
    maybeDown: counts(unitMs),
    maybeUp: counts(unitMs),
    changed: counts(),
  };
  takeOthersFromOk(columns.time);
  return columns;
}

/** The first column has all of the time until then. Rounding may have given the other classes a little more than there is. */
function takeOthersFromOk([ok = [], ...others]: number[][]): void {
  for (let n = 0; n < ok.length; n++) {
    let largest = others[0] as number[];
    let left = ok[n] as number;
    for (const other of others) {
      left -= other[n] as number;
      if ((other[n] as number) > (largest[n] as number)) largest = other;
    }
    if (left < 0) largest[n] = (largest[n] as number) + left;
    ok[n] = Math.max(0, left);
  }
}

function timesAt(columns: TimeColumns, at: number): Omit<Tally, 'latency' | 'phases' | 'changes'> {
  const of = (column: readonly number[]): number => column[at] as number;
  return {
    first: of(columns.first),
    firstClass: of(columns.firstClass),
    last: of(columns.last),
    lastClass: of(columns.lastClass),
    holdMs: of(columns.holdMs),
    runs: of(columns.runs),
    failures: of(columns.failures),
    overruns: of(columns.overruns),
    time: columns.time.map(of),
    maybeDown: of(columns.maybeDown),
    maybeUp: of(columns.maybeUp),
  };
}

function changesFrom({ bytes, from, columns: { changed } }: Chunk): number[][] {
  return changed.map((count) => {
    const found: number[] = [];
    let time = from;
    for (let n = 0; n < count; n++) {
      time += bytes.signed();
      found.push(time, bytes.byte());
    }
    return found;
  });
}

type Latencies = Pick<Tally, 'latency' | 'phases'>;

function latenciesFrom(bytes: ByteReader, { columns: { runs } }: Chunk): Latencies[] {
  const sizes = runs.map(() => bytes.count());
  const sketches = sizes.map((size) => (size === 0 ? [] : [bytes.byte(), 0]));
  for (const [at, sketch] of sketches.entries()) {
    for (let n = 1; n < (sizes[at] as number); n++) sketch.push((sketch[2 * n - 2] as number) + bytes.byte(), 0);
  }
  for (const [at, sketch] of sketches.entries()) {
    const size = sizes[at] as number;
    let rest = (runs[at] as number) + bytes.signed();
    const largest = size > 1 ? bytes.count() : 0;
    for (let n = 0; n < size; n++) {
      if (n === largest) continue;
      const count = bytes.count();
      rest -= count;
      sketch[2 * n + 1] = count;
    }
    if (size > 0) sketch[2 * largest + 1] = rest;
  }
  const phases = NO_PHASES.map(() => runs.map(() => bytes.byte()));
  return sketches.map((latency, at) => {
    const own = phases.map((column) => (column[at] === NO_PHASE ? -1 : (column[at] as number)));
    return { latency, phases: own.some((bucket) => bucket >= 0) ? own : NO_PHASES };
  });
}

/** The results in the value of a minute; empty if it is damaged. */
export function decodeMinuteResults(value: Buffer, names: readonly string[]): Map<string, Sample[]> {
  try {
    const head = new ByteReader(value);
    if (head.byte() !== VERSION) return new Map();
    const length = head.count() + head.count();
    return decodeResults(head.rest.subarray(length), names) ?? new Map();
  } catch {
    return new Map();
  }
}
