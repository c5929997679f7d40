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

interface Chunk {
  columns: TimeColumns;
  from: number;
  /** At the changes. */
  bytes: ByteReader;
  /** The latencies, packed. */
  latencies: Buffer;
}

/** The tallies by name, or that of one. Answers undefined for a damaged value, or one of other names. */
export function decodeTallies(
  value: Buffer,
  names: readonly string[],
  parts: TallyParts = 'all',
  only?: string,
): Map<string, Tally> | undefined {
  try {
    const chunk = chunkFrom(value, names.length);
    const { present } = chunk.columns;
    // Only the wanted ones become objects: a question about a monitor reads many chunks of others.
    const wanted = present.map((position) => only === undefined || names[position] === only);
    const changes = changesFrom(chunk, wanted);
    const latencies = parts === 'all' ? latenciesFrom(new ByteReader(unpacked(chunk.latencies)), chunk, wanted) : [];
    const found = new Map<string, Tally>();
    for (const [at, position] of present.entries()) {
      if (!wanted[at]) continue;
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

function chunkFrom(value: Buffer, names: number): Chunk {
  const head = new ByteReader(value);
  if (head.byte() !== VERSION) throw new RangeError('another version');
  const [length, more] = [head.count(), head.count()];
  const bytes = new ByteReader(unpacked(head.rest.subarray(0, length)));
  if (bytes.count() !== names) throw new RangeError('other names');
  const from = bytes.count();
  return {
    columns: columnsFrom(bytes, { names, from, unitMs: bytes.count() }),
    from,
    bytes,
    latencies: head.rest.subarray(length, length + more),
  };
}

function columnsFrom(
  bytes: ByteReader,
  { names, from, unitMs }: { names: number; from: number; unitMs: number },
): TimeColumns {
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

function changesFrom({ bytes, from, columns: { changed } }: Chunk, wanted: readonly boolean[]): number[][] {
  const found: number[][] = [];
  for (const [at, count] of changed.entries()) {
    let time = from;
    for (let n = 0; n < count; n++) {
      time += bytes.signed();
      const code = bytes.byte();
      if (wanted[at]) (found[at] ??= []).push(time, code);
    }
  }
  return found;
}

type Latencies = Pick<Tally, 'latency' | 'phases'>;

/** Of the wanted tallies, by their place; the others are only passed over. */
function latenciesFrom(
  bytes: ByteReader,
  { columns: { runs } }: Chunk,
  wanted: readonly boolean[],
): (Latencies | undefined)[] {
  const sizes = runs.map(() => bytes.count());
  const sketches: (number[] | undefined)[] = sizes.map((_size, at) => (wanted[at] ? [] : undefined));
  for (const [at, size] of sizes.entries()) {
    if (size === 0) continue;
    const bucket = bytes.byte();
    sketches[at]?.push(bucket, 0);
  }
  for (const [at, size] of sizes.entries()) {
    const sketch = sketches[at];
    if (!sketch) bytes.skip(Math.max(0, size - 1));
    else for (let n = 1; n < size; n++) sketch.push((sketch[2 * n - 2] as number) + bytes.byte(), 0);
  }
  for (const [at, size] of sizes.entries()) {
    const sketch = sketches[at];
    let rest = (runs[at] as number) + bytes.signed();
    const largest = size > 1 ? bytes.count() : 0;
    for (let n = 0; n < size; n++) {
      if (n === largest) continue;
      const count = bytes.count();
      rest -= count;
      if (sketch) sketch[2 * n + 1] = count;
    }
    if (sketch && size > 0) sketch[2 * largest + 1] = rest;
  }
  const phases = NO_PHASES.map(() => runs.map(() => bytes.byte()));
  return sketches.map((latency, at) => {
    if (!latency) return undefined;
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
