import type { Compare, EtcdClient } from '@9volt/etcd-dal';

/** Small, so that a sweep of many keys delays no write of others. */
const BATCH = 100;

/** Deletes keys in small transactions, each under `fence`. Answers how many were deleted; stops when the fence no longer holds. */
export async function deleteKeys(
  client: EtcdClient,
  keys: readonly string[],
  fence: readonly Compare[],
): Promise<number> {
  for (let from = 0; from < keys.length; from += BATCH) {
    const batch = keys.slice(from, from + BATCH);
    const { succeeded } = await client.txn({ compare: fence, then: batch.map((key) => ({ delete: key })) });
    if (!succeeded) return from;
  }
  return keys.length;
}
