import { withDeath } from '@9volt/contracts';
import { type FencedWrite, joined, type SuspectStore } from '@9volt/etcd-dal';
import type { KnownNote, KnownPoison } from '../caches/suspicions.js';

export interface Settlement extends FencedWrite {
  note: KnownNote;
  /** Monitors with a recorded death. */
  suspects: string[];
}

/**
 * What follows from the note of a dead worker: one death for each revision on it. The transaction that records them deletes the
 * note, so none counts twice, even if several send it; etcd refuses it if the worker is a member after all.
 */
export function planSettlement(
  store: SuspectStore,
  note: KnownNote,
  facts: { at: string; isGone: (monitor: string) => boolean; known: (monitor: string) => KnownPoison | undefined },
): Settlement {
  const { workerId } = note;
  const suspects: string[] = [];
  const shares = [store.settling(note)];
  // The leader cannot distinguish a dead worker from one that does not answer any more.
  const death = { worker: workerId, of: 'worker', at: facts.at, how: 'it died or hung' } as const;
  for (const [monitor, revision] of note.suspects) {
    if (facts.isGone(monitor)) continue;
    const known = facts.known(monitor);
    const next = withDeath(known?.record, revision, death);
    suspects.push(monitor);
    if (next === known?.record) continue;
    shares.push(store.recording(monitor, known ?? { modRevision: 0 }, next));
  }
  return { note, suspects, ...joined(...shares) };
}
