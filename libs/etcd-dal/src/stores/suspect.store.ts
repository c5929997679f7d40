import { type PoisonRecord, poisonRecordOf, type SuspectNote, suspectsOf } from '@9volt/contracts';
import { encode, parse } from '../codec.js';
import { unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { NotWhole, read, type Shape, type ReportFault } from '../shape.js';
import { deleteKeys } from './delete-keys.js';
import type { MemberStore } from './member.store.js';

const poison: Shape<PoisonRecord> = (raw) => {
  const found = poisonRecordOf(raw);
  if (!found) throw new NotWhole('a revision and its deaths');
  return found;
};

/** The suspicion against a monitor in etcd; revision 0 if there is none. */
export interface StoredPoison {
  record: PoisonRecord | undefined;
  modRevision: number;
}

/**
 * `cluster/suspects/<worker id>/<n>` and `cluster/poison/<monitor>`: monitors on their first check, and the processes that they
 * killed.
 */
export class SuspectStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly members: MemberStore,
  ) {}

  /** An invalid record counts as no death, but stays until it is replaced as it was read. */
  poison({ value }: Pick<Entry, 'value'>, report?: ReportFault): PoisonRecord | undefined {
    return read(poison, value, report);
  }

  /** Monitor to revision. */
  suspects({ value }: Pick<Entry, 'value'>, report: ReportFault = () => undefined): ReadonlyMap<string, number> {
    const { value: raw, fault } = parse(value);
    if (fault !== undefined) report(fault);
    return suspectsOf(raw);
  }

  /** Replaces note `n` of a worker, or deletes it without suspects. */
  noting(workerId: string, n: number, modRevision: number, suspects: ReadonlyMap<string, number>): FencedWrite {
    const key = this.keys.suspectNote(workerId, n);
    const value: SuspectNote = { suspects: Object.fromEntries(suspects) };
    return {
      compare: [unchanged(key, modRevision)],
      then: [suspects.size === 0 ? { delete: key } : { put: key, value: encode(value) }],
    };
  }

  /** Modification revision of a note; 0 when there is none. */
  async revisionOfNote(workerId: string, n: number): Promise<number> {
    return (await this.client.get(this.keys.suspectNote(workerId, n)))?.modRevision ?? 0;
  }

  async readPoison(monitor: string): Promise<StoredPoison> {
    const entry = await this.client.get(this.keys.poisonRecord(monitor));
    return { record: entry && this.poison(entry), modRevision: entry?.modRevision ?? 0 };
  }

  /** Replaces what was read, or deletes it without `next`. */
  recording(
    monitor: string,
    { modRevision }: Pick<StoredPoison, 'modRevision'>,
    next: PoisonRecord | undefined,
  ): FencedWrite {
    const key = this.keys.poisonRecord(monitor);
    return {
      compare: [unchanged(key, modRevision)],
      then: [next ? { put: key, value: encode(next) } : { delete: key }],
    };
  }

  /** Deletes the note of a worker that is no longer a member. */
  settling({ key, modRevision, workerId }: { key: string; modRevision: number; workerId: string }): FencedWrite {
    return {
      compare: [unchanged(key, modRevision), this.members.takesPart(workerId, false)],
      then: [{ delete: key }],
    };
  }

  /** Monitors about which a suspicion is kept. */
  async monitors(): Promise<string[]> {
    const { entries } = await this.client.list(this.keys.poison, { keysOnly: true });
    return entries.map(({ key }) => key.slice(this.keys.poison.length));
  }

  /** Deletes what is kept about monitors. Answers of how many, before the fence no longer held. */
  remove(monitors: readonly string[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(
      this.client,
      monitors.map((monitor) => this.keys.poisonRecord(monitor)),
      fence,
    );
  }
}
