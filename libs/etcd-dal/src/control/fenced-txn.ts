import { EtcdError } from '../etcd-error.js';
import { type Compare, type EtcdClient, type FencedWrite, isRead, keyOf, type Op, type Txn } from '../etcd.client.js';

export type { FencedWrite };

/** `accepted`: the transaction happened. `refused`: a comparison failed and nothing changed: read again, plan again. */
export type Committed = { outcome: 'accepted'; revision: number } | { outcome: 'refused' };

/** Joins several shares into one. */
export function joined(...writes: readonly FencedWrite[]): FencedWrite {
  return { compare: writes.flatMap(({ compare }) => compare), then: writes.flatMap(({ then }) => then) };
}

/**
 * Sends a transaction whose comparisons cover every key that it replaces or deletes. Settles an unclear answer by reading: if etcd
 * contains all changes, the transaction was accepted; otherwise it counts as refused. If it happens late after all, the comparisons
 * of the next attempt notice it. Throws {@link EtcdError} when etcd cannot be asked.
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
  const changes = txn.then.filter((op) => !isRead(op));
  const reads: Op[] = changes.map((op) => ({ get: keyOf(op) }));
  const found = await client.txn({ compare: [], then: reads });
  const holds = changes.every((op, index) => {
    const entry = found.reads[index];
    if ('put' in op) return entry !== undefined && entry.value.equals(Buffer.from(op.value));
    return entry === undefined;
  });
  if (!holds) return { outcome: 'refused' };
  // All keys that a transaction wrote have its revision; a transaction that only deletes leaves none.
  const revision = Math.max(0, ...found.reads.map((entry) => entry?.modRevision ?? 0));
  return { outcome: 'accepted', revision: revision || found.revision };
}

/** The comparison that a key is unchanged since it was read: its modification revision, or 0 if it was absent. */
export function unchanged(key: string, modRevision: number): Compare {
  return { key, target: 'mod', value: modRevision };
}
