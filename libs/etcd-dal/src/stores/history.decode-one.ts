import { NO_PHASES, type Tally } from '@9volt/contracts';
import { ByteReader, unpacked } from './bytes.js';
import { headFrom, type TallyParts } from './history.decode.js';
import { NO_PHASE, OTHERS } from './history.format.js';

/**
 * The tally of one monitor of a chunk, by its position in the names. The numbers of the others are passed over and not kept: a question
 * about one monitor reads a hundred chunks. Answers undefined without one, for a damaged value, or for one of another number of names.
 */
export function decodeTally(value: Buffer, names: number, position: number, parts: TallyParts): Tally | undefined {
  try {
    const { bytes, from, unitMs, latencies } = headFrom(value, names);
    const { at, size } = placeIn(bytes, names, position);
    if (at < 0) return undefined;
    const column = (): number => {
      bytes.pass(at);
      const own = bytes.count();
      bytes.pass(size - at - 1);
      return own;
    };
    bytes.pass(at);
    const first = from + bytes.signed() * unitMs;
    bytes.pass(size - at - 1);
    const length = column() * unitMs;
    const [firstClass, lastClass, holdMs, runs, failures, overruns] = [0, 1, 2, 3, 4, 5].map(column) as Six;
    const others = Array.from({ length: OTHERS }, () => column() * unitMs);
    const [maybeDown, maybeUp] = [column() * unitMs, column() * unitMs];
    return {
      ...{ first, firstClass, last: first + length, lastClass, holdMs, runs, failures, overruns },
      ...{ time: [okOf(length, others), ...others], maybeDown, maybeUp },
      changes: changesAt(bytes, { at, size, from }),
      ...(parts === 'all' ? latencyAt(unpacked(latencies), { at, size, runs }) : NO_LATENCY),
    };
  } catch {
    return undefined;
  }
}

type Six = [number, number, number, number, number, number];
const NO_LATENCY = { latency: [], phases: NO_PHASES };

/** All of the time until the other classes are taken from it. Rounding may have given these a little more than there is. */
function okOf(length: number, others: number[]): number {
  const ok = length - others.reduce((sum, ms) => sum + ms, 0);
  const largest = others.indexOf(Math.max(...others));
  if (ok < 0) others[largest] = (others[largest] as number) + ok;
  return Math.max(0, ok);
}

/** The place of a monitor among those with a tally, and how many these are. */
function placeIn(bytes: ByteReader, names: number, position: number): { at: number; size: number } {
  let [at, size] = [-1, 0];
  for (let n = 0; n < names; n++) {
    if (bytes.byte() !== 1) continue;
    if (n === position) at = size;
    size++;
  }
  return { at, size };
}

function changesAt(bytes: ByteReader, { at, size, from }: { at: number; size: number; from: number }): number[] {
  let before = 0;
  for (let n = 0; n < at; n++) before += bytes.count();
  const own = bytes.count();
  bytes.pass(size - at - 1);
  for (let n = 0; n < before; n++) {
    bytes.pass(1);
    bytes.skip(1);
  }
  const changes: number[] = [];
  let time = from;
  for (let n = 0; n < own; n++) changes.push((time += bytes.signed()), bytes.byte());
  return changes;
}

function latencyAt(
  packed: Buffer,
  { at, size, runs }: { at: number; size: number; runs: number },
): Pick<Tally, 'latency' | 'phases'> {
  const bytes = new ByteReader(packed);
  // Of those before: how many have a latency at all, how many bytes and how many numbers they have in the next two parts.
  let [some, steps, numbers, own, allSome, allSteps] = [0, 0, 0, 0, 0, 0];
  for (let n = 0; n < size; n++) {
    const buckets = bytes.count();
    if (n === at) [own, some, steps] = [buckets, allSome, allSteps];
    if (n < at) numbers += buckets > 1 ? buckets + 1 : 1;
    if (buckets > 0) allSome++;
    allSteps += Math.max(0, buckets - 1);
  }
  const latency: number[] = [];
  bytes.skip(some);
  if (own > 0) latency.push(bytes.byte(), 0);
  bytes.skip(allSome - some - latency.length / 2 + steps);
  for (let n = 1; n < own; n++) latency.push((latency[2 * n - 2] as number) + bytes.byte(), 0);
  bytes.skip(allSteps - steps - Math.max(0, own - 1));
  bytes.pass(numbers);
  let rest = runs + bytes.signed();
  const largest = own > 1 ? bytes.count() : 0;
  for (let n = 0; n < own; n++) {
    if (n === largest) continue;
    const count = bytes.count();
    rest -= count;
    latency[2 * n + 1] = count;
  }
  if (own > 0) latency[2 * largest + 1] = rest;
  // They are the end of it.
  const end = packed.length - NO_PHASES.length * size;
  const phases = NO_PHASES.map((_none, n) => packed[end + n * size + at] ?? NO_PHASE);
  const known = phases.map((bucket) => (bucket === NO_PHASE ? -1 : bucket));
  return { latency, phases: known.some((bucket) => bucket >= 0) ? known : NO_PHASES };
}
