import { withDeath } from '@9volt/contracts';
import { type Compare, encode, type Keyspace, type Op, unchanged } from '@9volt/etcd-dal';
import type { KnownNote, KnownPoison } from '../caches/suspicions.js';

export interface Settlement {
  note: KnownNote;
  /** Monitors of which a death is recorded. */
  suspects: string[];
  compare: Compare[];
  then: Op[];
}

/**
 * What a note of a dead worker leads to: one death for each revision on it. The transaction that records them deletes the note, so that none
 * counts twice, whoever sends it and however often; it is refused should the worker be a member after all.
 */
export function planSettlement(
  keys: Keyspace,
  note: KnownNote,
  facts: { at: string; isGone: (monitor: string) => boolean; known: (monitor: string) => KnownPoison | undefined },
): Settlement {
  const { workerId, key, modRevision } = note;
  const settlement: Settlement = {
    note,
    suspects: [],
    compare: [unchanged(key, modRevision), { key: keys.member(workerId), target: 'create', value: 0 }],
    then: [{ delete: key }],
  };
  // A worker that is gone cannot be told from one that answers no more.
  const death = { worker: workerId, of: 'worker', at: facts.at, how: 'it died or hung' } as const;
  for (const [monitor, revision] of note.suspects) {
    if (facts.isGone(monitor)) continue;
    const known = facts.known(monitor);
    const next = withDeath(known?.record, revision, death);
    settlement.suspects.push(monitor);
    if (next === known?.record) continue;
    const record = keys.poisonRecord(monitor);
    settlement.compare.push(unchanged(record, known?.modRevision ?? 0));
    settlement.then.push({ put: record, value: encode(next) });
  }
  return settlement;
}
