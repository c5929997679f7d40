import { createHash } from 'node:crypto';
import { NO_PHASES, type Sample, type Sketch, type Tally } from '@9volt/contracts';
import { ByteReader, ByteWriter, deflated, unpacked } from './bytes.js';
import { NO_PHASE, OTHERS, VERSION } from './history.format.js';
import { encodeResults } from './results.codec.js';

/** The tallies of one chunk of monitors in one period, as a value of etcd. */
export interface TallyChunk {
  /** Names of the chunk, in the order of their tallies. */
  names: readonly string[];
  tallies: ReadonlyMap<string, Tally>;
  /** Start of the period, milliseconds since the epoch. */
  from: number;
  /** Times are rounded to this many milliseconds, except those of changes. */
  unitMs: number;
  /** Of a minute: its results. */
  results?: ReadonlyMap<string, readonly Sample[]>;
}

/**
 * Columns, because equal values side by side deflate best. There are parts, so that a reader of uptimes does not unpack the rest:
 * `version, length of the first part, length of the second, times, latencies, results`.
 */
export function encodeTallies({ names, tallies, from, unitMs, results }: TallyChunk): Buffer {
  const known = names.map((name) => tallies.get(name));
  const all = known.filter((tally) => tally !== undefined);
  const times = new ByteWriter();
  times.count(names.length);
  times.count(from);
  times.count(unitMs);
  for (const tally of known) times.byte(tally ? 1 : 0);
  const units = (ms: number): number => Math.round(ms / unitMs);
  const firsts = all.map(({ first }) => units(first - from));
  const lasts = all.map(({ last }) => units(last - from));
  for (const first of firsts) times.signed(first);
  for (const [at, last] of lasts.entries()) times.count(Math.max(0, last - (firsts[at] as number)));
  for (const { firstClass } of all) times.byte(firstClass);
  for (const { lastClass } of all) times.byte(lastClass);
  for (const { holdMs } of all) times.count(Math.round(holdMs));
  for (const { runs } of all) times.count(runs);
  for (const { failures } of all) times.count(failures);
  for (const { overruns } of all) times.count(overruns);
  for (let code = 1; code <= OTHERS; code++) for (const { time } of all) times.count(units(time[code] ?? 0));
  for (const { maybeDown } of all) times.count(Math.ceil(maybeDown / unitMs));
  for (const { maybeUp } of all) times.count(Math.ceil(maybeUp / unitMs));
  for (const { changes } of all) times.count(changes.length / 2);
  for (const { changes } of all) {
    let before = from;
    for (let i = 0; i < changes.length; i += 2) {
      const at = Math.round(changes[i] as number);
      times.signed(at - before);
      times.byte(changes[i + 1] as number);
      before = at;
    }
  }
  const parts = [deflated(times.done()), deflated(latenciesOf(all))];
  const head = new ByteWriter();
  head.byte(VERSION);
  for (const part of parts) head.count(part.length);
  return Buffer.concat([head.done(), ...parts, ...(results ? [encodeResults(names, results, from)] : [])]);
}

function latenciesOf(all: readonly Tally[]): Buffer {
  const bytes = new ByteWriter();
  for (const { latency } of all) bytes.count(latency.length / 2);
  for (const { latency } of all) if (latency.length > 0) bytes.byte(latency[0] as number);
  for (const { latency } of all) {
    for (let i = 2; i < latency.length; i += 2) bytes.byte((latency[i] as number) - (latency[i - 2] as number));
  }
  // The largest count follows from the number of checks, if each has a latency.
  for (const { latency, runs } of all) {
    const sum = countOf(latency);
    bytes.signed(sum - runs);
    const largest = largestOf(latency);
    if (latency.length > 2) bytes.count(largest / 2);
    for (let i = 1; i < latency.length; i += 2) if (i !== largest + 1) bytes.count(latency[i] as number);
  }
  for (let phase = 0; phase < NO_PHASES.length; phase++) {
    for (const { phases } of all) {
      const bucket = phases[phase] ?? -1;
      bytes.byte(bucket < 0 ? NO_PHASE : bucket);
    }
  }
  return bytes.done();
}

function countOf(latency: Sketch): number {
  let sum = 0;
  for (let i = 1; i < latency.length; i += 2) sum += latency[i] as number;
  return sum;
}

/** Position of the bucket with the most. */
function largestOf(latency: Sketch): number {
  let largest = 0;
  for (let i = 2; i < latency.length; i += 2) {
    if ((latency[i + 1] as number) > (latency[largest + 1] as number)) largest = i;
  }
  return largest;
}

/** The value of a minute without its results. */
export function withoutResults(value: Buffer): Buffer {
  const head = new ByteReader(value);
  head.byte();
  const parts = head.count() + head.count();
  return value.subarray(0, value.length - head.rest.length + parts);
}

export function encodeNames(names: readonly string[]): Buffer {
  return deflated(Buffer.from(JSON.stringify(names)));
}

/** Answers undefined if it is damaged. */
export function decodeNames(value: Buffer): string[] | undefined {
  try {
    const names: unknown = JSON.parse(unpacked(value).toString());
    return Array.isArray(names) && names.every((name): name is string => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** Identifies a list of names, so that periods with the same monitors share it. */
export function digestOf(names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url').slice(0, 16);
}

/**
 * Divides monitors into chunks of at most some `size` by a hash of their names: a new monitor changes only one of them, and whoever
 * divides the same monitors gets the same chunks.
 */
export function chunksOf(names: Iterable<string>, size: number): string[][] {
  const all = [...names];
  let count = 1;
  while (all.length / count > size) count *= 2;
  const chunks = Array.from({ length: count }, (): string[] => []);
  for (const name of all) (chunks[hashOf(name) % count] as string[]).push(name);
  return chunks.filter((chunk) => chunk.length > 0).map((chunk) => chunk.sort());
}

/** FNV-1a. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
