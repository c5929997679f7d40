import { type Sample, STATUSES } from '@9volt/contracts';
import { ByteReader, ByteWriter, deflated, unpacked } from './bytes.js';

const VERSION = 1;
const UNJUDGED = 8;
/** Different messages of one chunk that are kept. */
const MAX_MESSAGES = 200;

/**
 * Results of a chunk of monitors, as columns: start, latency, status, and the messages of those that are not ok. A latency keeps three
 * digits. Times are differences of differences, which are near 0 for a regular interval.
 */
export function encodeResults(
  names: readonly string[],
  results: ReadonlyMap<string, readonly Sample[]>,
  from: number,
): Buffer {
  const of = names.map((name) => results.get(name) ?? []);
  const all = of.flat();
  const bytes = new ByteWriter();
  bytes.count(names.length);
  bytes.count(from);
  for (const { length } of of) bytes.count(length);
  for (const samples of of) {
    let before = from;
    let step = 0;
    for (const [n, sample] of samples.entries()) {
      const at = Math.round(sample.at);
      bytes.signed(at - before - step);
      // The first is no interval.
      if (n > 0) step = at - before;
      before = at;
    }
  }
  for (const { latencyMs } of all) bytes.count(tenthsOf(latencyMs));
  for (const { status, unjudged } of all) bytes.byte(STATUSES.indexOf(status) + (unjudged ? UNJUDGED : 0));
  writeMessages(bytes, all);
  return Buffer.concat([Buffer.from([VERSION]), deflated(bytes.done())]);
}

/** Oldest first, by name, without monitors that have none. Answers undefined for a damaged value, or one of other names. */
export function decodeResults(value: Buffer, names: readonly string[]): Map<string, Sample[]> | undefined {
  try {
    if (value[0] !== VERSION) return undefined;
    const bytes = new ByteReader(unpacked(value.subarray(1)));
    if (bytes.count() !== names.length) return undefined;
    const from = bytes.count();
    const counts = names.map(() => bytes.count());
    const all: Sample[] = [];
    for (const count of counts) {
      let before = from;
      let step = 0;
      for (let n = 0; n < count; n++) {
        const at = before + step + bytes.signed();
        if (n > 0) step = at - before;
        before = at;
        all.push({ at, latencyMs: 0, status: 'ok' });
      }
    }
    for (const sample of all) sample.latencyMs = bytes.count() / 10;
    for (const sample of all) {
      const code = bytes.byte();
      sample.status = STATUSES[code % UNJUDGED] ?? 'unknown';
      if (code >= UNJUDGED) sample.unjudged = true;
    }
    readMessages(bytes, all);
    const found = new Map<string, Sample[]>();
    let next = 0;
    for (const [at, name] of names.entries()) {
      const count = counts[at] as number;
      if (count > 0) found.set(name, all.slice(next, next + count));
      next += count;
    }
    return found;
  } catch {
    return undefined;
  }
}

function writeMessages(bytes: ByteWriter, all: readonly Sample[]): void {
  const known = new Map<string, number>();
  const placed: [sample: number, message: number][] = [];
  for (const [at, { message }] of all.entries()) {
    if (message === undefined || (known.size >= MAX_MESSAGES && !known.has(message))) continue;
    if (!known.has(message)) known.set(message, known.size);
    placed.push([at, known.get(message) as number]);
  }
  bytes.count(known.size);
  for (const message of known.keys()) bytes.text(message);
  bytes.count(placed.length);
  let before = 0;
  for (const [at, message] of placed) {
    bytes.count(at - before);
    bytes.count(message);
    before = at;
  }
}

function readMessages(bytes: ByteReader, all: readonly Sample[]): void {
  const messages = Array.from({ length: bytes.count() }, () => bytes.text());
  let at = 0;
  for (let left = bytes.count(); left > 0; left--) {
    at += bytes.count();
    const [sample, message] = [all[at], messages[bytes.count()]];
    if (sample && message !== undefined) sample.message = message;
  }
}

function tenthsOf(ms: number): number {
  const tenths = Math.max(0, Number.isFinite(ms) ? ms * 10 : 0);
  return tenths < 1_000 ? Math.round(tenths) : Number(tenths.toPrecision(3));
}
