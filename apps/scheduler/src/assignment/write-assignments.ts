import { batches, type Compare, type FencedWrite, joined, type Stores } from '@9volt/etcd-dal';
import type { Content, Decision } from '../decision/decide-assignment.js';
import { encodeAssignment, historyOf } from '../caches/holding.js';

export type Effect = Exclude<Decision, { act: 'none' }>;

/** A decision about one monitor, as a write to etcd. */
export interface Write extends FencedWrite {
  monitor: string;
  effect: Effect;
}

type WritingStores = Pick<Stores, 'assignment' | 'member'>;

export interface Written {
  accepted: Write[];
  /** A comparison failed, or the outcome is unclear: decide again. */
  refused: Write[];
  /** Transactions that were refused. */
  refusals: number;
  /** The highest revision that was written. */
  revision: number;
  /** Why etcd could not be asked, if so. */
  error?: unknown;
}

const IN_FLIGHT = 4;

/** The write of a decision, with a comparison for each key that it replaces or deletes, and for each worker that it relies on. */
export function composeWrite(
  { assignment, member }: WritingStores,
  monitor: string,
  effect: Effect,
  at: string,
): Write {
  const valued = (content: Content): string => {
    const since = effect.act === 'rewrite' ? historyOf(effect.holding) : {};
    const cause = effect.cause === 'edited' ? since.cause : effect.cause;
    return valueOf(content, since.assignedAt ?? at, cause);
  };
  const takesPart = (id: string, present: boolean): FencedWrite => ({
    compare: [member.takesPart(id, present)],
    then: [],
  });
  const shares = (): FencedWrite[] => {
    if (effect.act === 'assign') return [assignment.giving(effect.to, monitor, valued(effect.content))];
    const { holding } = effect;
    if (effect.act === 'rewrite') {
      const { to } = effect.content;
      return [
        assignment.replacing(holding, valued(effect.content)),
        takesPart(holding.workerId, true),
        ...(to === undefined ? [] : [takesPart(to, true)]),
      ];
    }
    return [
      assignment.dropping(holding),
      ...(effect.ownerGone ? [takesPart(holding.workerId, false)] : []),
      ...(effect.act === 'move' ? [assignment.giving(effect.to, monitor, valued(effect.content))] : []),
    ];
  };
  return { monitor, effect, ...joined(...shares()) };
}

/**
 * Sends writes in batches, several at a time, and stops as soon as `mayWrite` says no or etcd cannot be asked. `alone`: in a transaction each, so that one
 * that is refused takes no other with it.
 */
export async function writeAssignments(
  stores: Pick<Stores, 'commit'>,
  writes: readonly Write[],
  { fence, mayWrite, alone = false }: { fence: readonly Compare[]; mayWrite: () => boolean; alone?: boolean },
): Promise<Written> {
  const transactions = [...batches(writes, (write) => write, { fence, ...(alone ? { items: 1 } : {}) })];
  const written: Written = { accepted: [], refused: [], refusals: 0, revision: 0 };
  let next = 0;
  const send = async (): Promise<void> => {
    for (let batch = transactions[next++]; batch; batch = transactions[next++]) {
      if (written.error !== undefined || !mayWrite()) {
        written.refused.push(...batch.items);
        continue;
      }
      try {
        const committed = await stores.commit(batch);
        if (committed.outcome === 'accepted') {
          written.accepted.push(...batch.items);
          written.revision = Math.max(written.revision, committed.revision);
        } else {
          written.refusals++;
          written.refused.push(...batch.items);
        }
      } catch (error) {
        written.error = error;
        written.refused.push(...batch.items);
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  return written;
}

function valueOf(content: Content, assignedAt: string, cause: string | undefined): string {
  const { subject, phase, to, reason, revision, createRevision, isolate, lastRunAt, lastRunBy } = content;
  return encodeAssignment(
    {
      phase,
      ...(to === undefined ? {} : { to }),
      ...(reason === undefined ? {} : { reason }),
      revision,
      createRevision,
      ...(isolate ? { isolate } : {}),
      ...(lastRunAt === undefined ? {} : { lastRunAt }),
      ...(lastRunBy === undefined ? {} : { lastRunBy }),
      assignedAt,
      ...(cause === undefined ? {} : { cause }),
    },
    subject.settingsJson,
  );
}
