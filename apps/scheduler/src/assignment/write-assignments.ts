import {
  commit,
  type Compare,
  type EtcdClient,
  type Keyspace,
  MAX_TXN_BYTES,
  MAX_TXN_OPS,
  type Op,
  unchanged,
} from '@9volt/etcd-dal';
import type { Content, Decision } from './decide-assignment.js';
import { encodeAssignment } from './holding.js';

export type Effect = Exclude<Decision, { act: 'none' }>;

/** A decision about one monitor as etcd is to be told. */
export interface Write {
  monitor: string;
  effect: Effect;
  compare: Compare[];
  then: Op[];
  bytes: number;
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
  const isMember = (id: string): void =>
    void compare.push({ key: keys.member(id), target: 'create', is: '>', value: 0 });
  const isGone = (id: string): void => void compare.push({ key: keys.member(id), target: 'create', value: 0 });
  const put = (key: string, content: Content): void => void then.push({ put: key, value: valueOf(content, at) });

  if (effect.act === 'assign') {
    const key = keys.assignment(effect.to, monitor);
    compare.push(unchanged(key, 0));
    isMember(effect.to);
    put(key, effect.content);
  } else {
    const { holding } = effect;
    compare.push(unchanged(holding.key, holding.modRevision));
    if (effect.act === 'rewrite') {
      isMember(holding.workerId);
      if (effect.content.to !== undefined) isMember(effect.content.to);
      put(holding.key, effect.content);
    } else {
      if (effect.ownerGone) isGone(holding.workerId);
      then.push({ delete: holding.key });
      if (effect.act === 'move') {
        const key = keys.assignment(effect.to, monitor);
        compare.push(unchanged(key, 0));
        isMember(effect.to);
        put(key, effect.content);
      }
    }
  }
  return { monitor, effect, compare, then, bytes: sizeOf(compare, then) };
}

/** Groups writes, in their order, into transactions that etcd takes; compares that they share are sent once. */
export function batched(
  writes: readonly Write[],
  fence: readonly Compare[],
): { writes: Write[]; compare: Compare[] }[] {
  const batches: { writes: Write[]; compare: Compare[] }[] = [];
  let batch: Write[] = [];
  let compares = new Map<string, Compare>();
  let operations = 0;
  let bytes = 0;
  const close = (): void => {
    if (batch.length > 0) batches.push({ writes: batch, compare: [...fence, ...compares.values()] });
    batch = [];
    compares = new Map();
    operations = bytes = 0;
  };
  for (const write of writes) {
    const more = write.compare.filter((compare) => !compares.has(nameOf(compare))).length;
    if (
      fence.length + compares.size + more > MAX_TXN_OPS ||
      operations + write.then.length > MAX_TXN_OPS ||
      (batch.length > 0 && bytes + write.bytes > MAX_TXN_BYTES)
    ) {
      close();
    }
    batch.push(write);
    for (const compare of write.compare) compares.set(nameOf(compare), compare);
    operations += write.then.length;
    bytes += write.bytes;
  }
  close();
  return batches;
}

/** Sends writes in batches, several at a time, and stops sending as soon as `mayWrite` says no or etcd cannot be asked. */
export async function writeAssignments(
  client: EtcdClient,
  writes: readonly Write[],
  { fence, mayWrite }: { fence: readonly Compare[]; mayWrite: () => boolean },
): Promise<Written> {
  const batches = batched(writes, fence);
  const written: Written = { accepted: [], refused: [], refusals: 0, revision: 0 };
  let next = 0;
  const send = async (): Promise<void> => {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      if (written.error !== undefined || !mayWrite()) {
        written.refused.push(...batch.writes);
        continue;
      }
      try {
        const committed = await commit(client, {
          compare: batch.compare,
          then: batch.writes.flatMap((write) => write.then),
        });
        if (committed.outcome === 'accepted') {
          written.accepted.push(...batch.writes);
          written.revision = Math.max(written.revision, committed.revision);
        } else {
          written.refusals++;
          written.refused.push(...batch.writes);
        }
      } catch (error) {
        written.error = error;
        written.refused.push(...batch.writes);
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  return written;
}

function valueOf(content: Content, assignedAt: string): string {
  const { subject, phase, to, reason, revision, createRevision, lastRunAt } = content;
  return encodeAssignment(
    {
      phase,
      ...(to === undefined ? {} : { to }),
      ...(reason === undefined ? {} : { reason }),
      revision,
      createRevision,
      ...(lastRunAt === undefined ? {} : { lastRunAt }),
      assignedAt,
    },
    subject.settingsJson,
  );
}

function nameOf(compare: Compare): string {
  return `${compare.target}${compare.is ?? '='}${compare.value} ${compare.key}`;
}

function sizeOf(compare: readonly Compare[], then: readonly Op[]): number {
  let bytes = 0;
  for (const { key } of compare) bytes += Buffer.byteLength(key) + 16;
  for (const op of then) {
    if ('put' in op) bytes += Buffer.byteLength(op.put) + Buffer.byteLength(op.value) + 16;
    else bytes += Buffer.byteLength('delete' in op ? op.delete : op.get) + 16;
  }
  return bytes;
}
