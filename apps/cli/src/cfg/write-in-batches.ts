import { MAX_TXN_BYTES } from '@9volt/etcd-dal';

const BATCH = 100;

/** Splits changes so that each part fits into one transaction. `sizeOf` is the payload of a change in bytes. */
export function* inBatches<T>(changes: readonly T[], sizeOf: (change: T) => number): Generator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = sizeOf(change);
    if (batch.length > 0 && (batch.length === BATCH || bytes + size > MAX_TXN_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(change);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
