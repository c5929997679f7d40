import {
  type Batch,
  batches,
  commit,
  type Compare,
  type EtcdClient,
  type FencedWrite,
  type Keyspace,
  type Op,
  unchanged,
} from '@9volt/etcd-dal';
import type { Content, Decision } from '../decision/decide-assignment.js';
import { encodeAssignment, historyOf } from '../caches/holding.js';

export type Effect = Exclude<Decision, { act: 'none' }>;

/** A decision about one monitor as etcd is to be told. */
export interface Write {
  monitor: string;
  effect: Effect;
  /** Of the keys that are replaced or deleted. */
  compare: Compare[];
  /** Ids of workers, and whether they must be members; in a transaction, each is compared once. */
  members: { id: string; present: boolean }[];
  then: Op[];
}

export interface Written {
  accepted: Write[];
  /** A compare failed, or the outcome is unclear: to be decided again. */
  refused: Write[];
  /** Transactions that were refused. */
  refusals: number;
  /** The highest revision that was written. */
  revision: number;
  /** Why etcd could not be asked, when it could not. */
  error?: unknown;
}

const IN_FLIGHT = 4;

/** The write of a decision, with a compare for each key that it replaces or deletes, and for each worker that it relies on. */
export function composeWrite(keys: Keyspace, monitor: string, effect: Effect, at: string): Write {
  const compare: Compare[] = [];
  const then: Op[] = [];
  const members: Write['members'] = [];
  const put = (key: string, content: Content): void => {
    const since = effect.act === 'rewrite' ? historyOf(effect.holding) : {};
    const cause = effect.cause === 'edited' ? since.cause : effect.cause;
    then.push({ put: key, value: valueOf(content, since.assignedAt ?? at, cause) });
  };

  if (effect.act === 'assign') {
    const key = keys.assignment(effect.to, monitor);
    compare.push(unchanged(key, 0));
    members.push({ id: effect.to, present: true });
    put(key, effect.content);
  } else {
    const { holding } = effect;
    compare.push(unchanged(holding.key, holding.modRevision));
    if (effect.act === 'rewrite') {
      members.push({ id: holding.workerId, present: true });
      if (effect.content.to !== undefined) members.push({ id: effect.content.to, present: true });
      put(holding.key, effect.content);
    } else {
      if (effect.ownerGone) members.push({ id: holding.workerId, present: false });
      then.push({ delete: holding.key });
      if (effect.act === 'move') {
        const key = keys.assignment(effect.to, monitor);
        compare.push(unchanged(key, 0));
        members.push({ id: effect.to, present: true });
        put(key, effect.content);
      }
    }
  }
  return { monitor, effect, compare, members, then };
}

/** Groups writes, in their order, into transactions that etcd takes. */
export function batched(keys: Keyspace, writes: readonly Write[], fence: readonly Compare[]): Batch<Write>[] {
  const shareOf = ({ compare, members, then }: Write): FencedWrite => ({
    compare: [
      ...compare,
      ...members.map(({ id, present }): Compare => {
        return { key: keys.member(id), target: 'create', is: present ? '>' : '=', value: 0 };
      }),
    ],
    then,
  });
  return [...batches(writes, shareOf, { fence })];
}

/** Sends writes in batches, several at a time, and stops sending as soon as `mayWrite` says no or etcd cannot be asked. */
export async function writeAssignments(
  { client, keys }: { client: EtcdClient; keys: Keyspace },
  writes: readonly Write[],
  { fence, mayWrite }: { fence: readonly Compare[]; mayWrite: () => boolean },
): Promise<Written> {
  const batches = batched(keys, writes, fence);
  const written: Written = { accepted: [], refused: [], refusals: 0, revision: 0 };
  let next = 0;
  const send = async (): Promise<void> => {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      if (written.error !== undefined || !mayWrite()) {
        written.refused.push(...batch.items);
        continue;
      }
      try {
        const committed = await commit(client, { compare: batch.compare, then: batch.then });
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
