import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  isPlainObject,
  ownOf,
  type PerformanceValue,
  type Phases,
  type Sample,
  type Status,
  STATUSES,
  type VitalsEntry,
} from '@9volt/contracts';

/** The names of the monitors of one chunk, in their order. Every change of the names makes a new generation. */
export interface VitalsIndex {
  generation: number;
  names: readonly string[];
}

export interface Vitals {
  /** Time of the dump, milliseconds since the epoch. */
  at: number;
  generation: number;
  entries: VitalsEntry[];
}

/** A worker's dumps stay far below this size unpacked; a larger one is not ours. */
const MAX_BYTES = 4 * 1_048_576;
const PHASES = ['lookup', 'connect', 'tls', 'firstByte', 'transfer'] as const satisfies readonly (keyof Phases)[];

/**
 * A dump before compression: columns, because equal values side by side deflate best, and differences, which have few digits.
 * Latencies are tenths of a millisecond. It omits values that are the expected ones for most monitors.
 */
interface Columns {
  v: 1;
  at: number;
  generation: number;
  /** Positions in the index; omitted if the dump has all of them in order. */
  names?: number[];
  /** Samples of each monitor. */
  counts: number[];
  /** Of each sample: milliseconds after the one before of its monitor; of the first: before the dump. */
  times: number[];
  latencies: number[];
  /** The first letter of each sample's status. */
  statuses: string;
  /** Of each monitor: milliseconds from its newest sample, or else from the dump. */
  dues: number[];
  /** By position among the entries: the number of checks where it differs from the number of samples. */
  runs?: Record<string, number>;
  overruns?: Record<string, number>;
  failures?: Record<string, number>;
  /** By position among the samples. */
  messages?: Record<string, string>;
  notes?: Record<string, string>;
  /** Positions of the unjudged samples. */
  unjudged?: number[];
  performance?: Record<string, PerformanceValue[]>;
  /** Samples that have phases, by position; then one column for each phase, null where it has none. */
  phased?: number[];
  phases?: Partial<Record<keyof Phases, (number | null)[]>>;
}

const STATUS_LETTERS: Readonly<Record<Status, string>> = { ok: 'o', warning: 'w', critical: 'c', unknown: 'u' };
const STATUS_OF = new Map(STATUSES.map((status) => [STATUS_LETTERS[status], status]));

/**
 * A dump of the changes since the last one; readable only with this very index. Rounds times to milliseconds, latencies to a tenth.
 * Omits an entry whose name is not in the index.
 */
export function encodeVitals(entries: readonly VitalsEntry[], index: VitalsIndex, at: number): Buffer {
  const positions = new Map(index.names.map((name, position) => [name, position]));
  const known = entries.filter((entry) => positions.has(entry.name));
  const names = known.map((entry) => positions.get(entry.name) as number);
  const samples = known.flatMap((entry) => entry.samples);
  const now = Math.round(at);
  const complete = names.length === index.names.length && names.every((position, order) => position === order);
  const columns: Columns = {
    v: 1,
    at: now,
    generation: index.generation,
    ...(complete ? {} : { names }),
    counts: known.map((entry) => entry.samples.length),
    times: known.flatMap((entry) => timesOf(entry.samples, now)),
    latencies: samples.map((sample) => tenths(sample.latencyMs)),
    statuses: samples.map((sample) => STATUS_LETTERS[sample.status]).join(''),
    dues: known.map((entry) => Math.round(entry.nextDueAt) - Math.round(entry.samples.at(-1)?.at ?? now)),
    ...sparse('runs', known, (entry) => (entry.runs === entry.samples.length ? undefined : entry.runs)),
    ...sparse('overruns', known, (entry) => (entry.overruns === 0 ? undefined : entry.overruns)),
    ...sparse('failures', known, (entry) => entry.failures),
    ...sparse('messages', samples, (sample) => sample.message),
    ...sparse('notes', samples, (sample) => sample.note),
    ...unjudgedOf(samples),
    ...sparse('performance', samples, (sample) => sample.performance),
    ...phasesOf(samples),
  };
  return pack(columns);
}

/** Answers undefined for a damaged dump, and for one that was written with another generation of the index. */
export function decodeVitals(value: Buffer, indexes: readonly VitalsIndex[]): Vitals | undefined {
  const columns = unpack(value) as Columns | undefined;
  const index = columns && indexes.find(({ generation }) => generation === columns.generation);
  if (columns?.v !== 1 || !index) return undefined;
  try {
    return { at: dated(columns.at), generation: columns.generation, entries: entriesOf(columns, index.names) };
  } catch {
    return undefined;
  }
}

export function encodeVitalsIndex(index: VitalsIndex): Buffer {
  return pack({ v: 1, generation: index.generation, names: index.names });
}

/** Answers undefined if it is damaged. */
export function decodeVitalsIndex(value: Buffer): VitalsIndex | undefined {
  const found = unpack(value);
  if (found?.['v'] !== 1 || typeof found['generation'] !== 'number' || !Array.isArray(found['names'])) return undefined;
  const names: unknown[] = found['names'];
  if (!names.every((name): name is string => typeof name === 'string')) return undefined;
  return { generation: found['generation'], names };
}

function entriesOf(columns: Columns, names: readonly string[]): VitalsEntry[] {
  const { counts, times, latencies, statuses, dues, messages, notes, performance, at } = columns;
  const unjudged = new Set(columns.unjudged);
  const positions = columns.names ?? names.map((_name, position) => position);
  if (positions.length !== counts.length) throw new RangeError('names and counts differ');
  const phased = new Map((columns.phased ?? []).map((sample, order) => [sample, order]));
  let next = 0;
  return counts.map((count, position) => {
    const samples: Sample[] = [];
    for (let time = at; samples.length < count; next++) {
      time = dated(samples.length === 0 ? at - measured(times[next]) : time + measured(times[next]));
      const message = messages?.[next];
      const note = notes?.[next];
      const values = performance?.[next];
      const order = phased.get(next);
      samples.push({
        at: time,
        latencyMs: measured(latencies[next]) / 10,
        status: need(STATUS_OF.get(statuses[next] ?? '')),
        ...(typeof message === 'string' ? { message } : {}),
        ...(typeof note === 'string' ? { note } : {}),
        ...(unjudged.has(next) ? { unjudged: true as const } : {}),
        ...(Array.isArray(values) ? { performance: values.filter(isPerformance) } : {}),
        ...(order === undefined ? {} : { phases: phasesAt(columns, order) }),
      });
    }
    return {
      name: need(names[need(positions[position])]),
      samples,
      runs: measured(columns.runs?.[position] ?? count),
      overruns: measured(columns.overruns?.[position] ?? 0),
      ...(columns.failures?.[position] === undefined ? {} : { failures: measured(columns.failures[position]) }),
      nextDueAt: dated((samples.at(-1)?.at ?? at) + measured(dues[position])),
    };
  });
}

function unjudgedOf(samples: readonly Sample[]): Pick<Columns, 'unjudged'> {
  const unjudged = [...samples.keys()].filter((position) => samples[position]?.unjudged);
  return unjudged.length === 0 ? {} : { unjudged };
}

function timesOf(samples: readonly Sample[], now: number): number[] {
  let before: number | undefined;
  return samples.map((sample) => {
    const at = Math.round(sample.at);
    const time = before === undefined ? now - at : at - before;
    before = at;
    return time;
  });
}

function phasesOf(samples: readonly Sample[]): Pick<Columns, 'phased' | 'phases'> {
  const phased = [...samples.keys()].filter((position) => samples[position]?.phases);
  if (phased.length === 0) return {};
  const phases: NonNullable<Columns['phases']> = {};
  for (const phase of PHASES) {
    const column = phased.map((position) => {
      const ms = samples[position]?.phases?.[phase];
      return ms === undefined ? null : tenths(ms);
    });
    if (column.some((ms) => ms !== null)) phases[phase] = column;
  }
  return { phased, phases };
}

function phasesAt(columns: Columns, order: number): Phases {
  const phases: Phases = {};
  for (const phase of PHASES) {
    const ms = columns.phases?.[phase]?.[order];
    if (typeof ms === 'number') phases[phase] = ms / 10;
  }
  return phases;
}

/** `{ [column]: { position: value } }` of the positions with a value; nothing if none has one. */
function sparse<T, V>(column: string, all: readonly T[], valueOf: (one: T) => V | undefined): Record<string, unknown> {
  const found: Record<string, V> = {};
  for (const [position, one] of all.entries()) {
    const value = valueOf(one);
    if (value !== undefined) found[position] = value;
  }
  return Object.keys(found).length > 0 ? { [column]: found } : {};
}

function tenths(ms: number): number {
  return Number.isFinite(ms) ? Math.round(ms * 10) : 0;
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('a column is too short');
  return value;
}

function measured(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new RangeError('a column contains something other than numbers');
  return value;
}

/** Milliseconds since the epoch that a date can have. */
function dated(ms: number): number {
  if (!(Math.abs(measured(ms)) <= 8.64e15)) throw new RangeError('a column contains an invalid time');
  return ms;
}

function isPerformance(raw: unknown): raw is PerformanceValue {
  if (!isPlainObject(raw) || typeof raw['label'] !== 'string') return false;
  const isAbsentOr =
    (type: 'number' | 'string') =>
    (name: string): boolean =>
      ['undefined', type].includes(typeof ownOf(raw, name));
  return (
    (raw['value'] === null || typeof raw['value'] === 'number') &&
    ['unit', 'warn', 'crit'].every(isAbsentOr('string')) &&
    ['min', 'max'].every(isAbsentOr('number'))
  );
}

function pack(value: unknown): Buffer {
  return deflateRawSync(JSON.stringify(value));
}

function unpack(value: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(inflateRawSync(value, { maxOutputLength: MAX_BYTES }).toString());
    return isPlainObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
