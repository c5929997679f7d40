import { EtcdError } from '../etcd-error.js';
import type { Compare, EtcdClient, FencedWrite, Op, Txn } from '../etcd.client.js';

export type { FencedWrite };

/**
 * `accepted`: what the transaction puts and deletes holds. `refused`: a compare failed, nothing was changed: read again, plan
 * again.
 */
export type Committed = { outcome: 'accepted'; revision: number } | { outcome: 'refused' };

/** Several shares as one. */
export function joined(...writes: readonly FencedWrite[]): FencedWrite {
  return { compare: writes.flatMap(({ compare }) => compare), then: writes.flatMap(({ then }) => then) };
}

/**
 * Sends a transaction whose compares cover every key it replaces or deletes, and settles an unclear answer by reading: when all
 * of its changes are found, it was accepted; otherwise it counts as refused, and should it be applied late after all, the
 * compares of whoever tries again will notice. Throws {@link EtcdError} when etcd cannot be asked.
 */
export async function commit(client: EtcdClient, txn: Txn): Promise<Committed> {
  try {
    const answer = await client.txn(txn);
    return answer.succeeded ? { outcome: 'accepted', revision: answer.revision } : { outcome: 'refused' };
  } catch (error) {
    if (!(error instanceof EtcdError) || error.definite) throw error;
    return settle(client, txn);
  }
}

async function settle(client: EtcdClient, txn: Txn): Promise<Committed> {
  const changes = txn.then.filter((op) => !('get' in op));
  const reads: Op[] = changes.map((op) => ({ get: 'put' in op ? op.put : 'delete' in op ? op.delete : op.get }));
  const found = await client.txn({ compare: [], then: reads });
  const holds = changes.every((op, index) => {
    const entry = found.reads[index];
    if ('put' in op) return entry !== undefined && entry.value.equals(Buffer.from(op.value));
    return entry === undefined;
  });
  if (!holds) return { outcome: 'refused' };
  // All keys of one transaction carry its revision; a transaction that only deletes left none.
  const revision = Math.max(0, ...found.reads.map((entry) => entry?.modRevision ?? 0));
  return { outcome: 'accepted', revision: revision || found.revision };
}

/** The compare that a key still is what was read: its modification revision, or 0 when it was absent. */
export function unchanged(key: string, modRevision: number): Compare {
  return { key, target: 'mod', value: modRevision };
}
