import { type Compare, type FencedWrite, keyOf, MAX_TXN_BYTES, MAX_TXN_OPS, type Op } from './etcd.client.js';

/** Some of the items, in one transaction. */
export interface Batch<T> extends FencedWrite {
  compare: Compare[];
  then: Op[];
  items: T[];
}

export interface BatchLimits {
  /** Comparisons of every transaction. */
  fence?: readonly Compare[];
  /** Items of one transaction, at most. */
  items?: number;
  /** Bytes of one transaction, at most. */
  bytes?: number;
}

/** What etcd adds to a key and a value, with room to spare. */
const OVERHEAD = 32;

/** Bytes that a share of a transaction takes. */
export function bytesOf({ compare, then }: FencedWrite): number {
  let bytes = 0;
  for (const { key } of compare) bytes += Buffer.byteLength(key) + OVERHEAD;
  for (const op of then) {
    bytes += Buffer.byteLength(keyOf(op)) + OVERHEAD;
    if ('put' in op) bytes += Buffer.byteLength(op.value);
  }
  return bytes;
}

/**
 * Groups items, in their order, into transactions within etcd's limits of comparisons, operations and bytes. If several items
 * compare a key alike, the transaction compares it once. An item that is too large by itself gets a transaction of its own, which
 * etcd refuses.
 */
export function* batches<T>(
  items: Iterable<T>,
  shareOf: (item: T) => FencedWrite,
  { fence = [], items: most = MAX_TXN_OPS, bytes: mostBytes = MAX_TXN_BYTES }: BatchLimits = {},
): Generator<Batch<T>> {
  const begin = (): Batch<T> => ({ items: [], compare: unique(fence), then: [] });
  let batch = begin();
  let known = new Set(batch.compare.map(identityOf));
  let bytes = 0;
  for (const item of items) {
    const share = shareOf(item);
    const size = bytesOf(share);
    const compares = known.size + share.compare.filter((each) => !known.has(identityOf(each))).length;
    const fits =
      batch.items.length < most &&
      compares <= MAX_TXN_OPS &&
      batch.then.length + share.then.length <= MAX_TXN_OPS &&
      bytes + size <= mostBytes;
    if (!fits && batch.items.length > 0) {
      yield batch;
      batch = begin();
      known = new Set(batch.compare.map(identityOf));
      bytes = 0;
    }
    batch.items.push(item);
    batch.then.push(...share.then);
    for (const each of share.compare) {
      const identity = identityOf(each);
      if (known.has(identity)) continue;
      known.add(identity);
      batch.compare.push(each);
    }
    bytes += size;
  }
  if (batch.items.length > 0) yield batch;
}

function unique(compares: readonly Compare[]): Compare[] {
  return [...new Map(compares.map((each) => [identityOf(each), each])).values()];
}

function identityOf({ key, target, is = '=', value }: Compare): string {
  return `${target}${is}${value} ${key}`;
}
