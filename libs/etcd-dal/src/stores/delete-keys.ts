import { batches } from '../batch.js';
import type { Compare, EtcdClient } from '../etcd.client.js';

/** Small, so that a sweep of many keys delays no write of others. */
const BATCH = 100;

/** Deletes keys in small transactions, each under `fence`. Answers how many were deleted; stops when the fence no longer holds. */
export async function deleteKeys(
  client: EtcdClient,
  keys: readonly string[],
  fence: readonly Compare[],
): Promise<number> {
  let deleted = 0;
  for (const batch of batches(keys, (key) => ({ compare: [], then: [{ delete: key }] }), { fence, items: BATCH })) {
    const { succeeded } = await client.txn({ compare: batch.compare, then: batch.then });
    if (!succeeded) return deleted;
    deleted += batch.items.length;
  }
  return deleted;
}
