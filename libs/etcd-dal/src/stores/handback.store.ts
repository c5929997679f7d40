import type { HandedIncident, Handback, NotifiedStatus, ResolveReason } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, type FencedWrite, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  instant,
  mapOf,
  NotWhole,
  oneOf,
  orNull,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
  wholeOf,
} from '../shape.js';
import { deleteKeys } from './delete-keys.js';
import { deliveryRecord } from './incident.store.js';
import { outboxEntry } from './outbox.store.js';
import { openIncident } from './state.store.js';

const HEARD: readonly NotifiedStatus[] = ['warning', 'critical', 'unknown', 'resolved', 'perhaps-resolved'];

/** Both sides of a partition make the same id. */
const numbered: Shape<HandedIncident['incident']> = (raw) => {
  const found = openIncident(raw);
  if (!/^\d+\.\d+$/.test(found.id)) throw new NotWhole('the id of an incident', 'id');
  return found;
};

const handed = record<HandedIncident>(
  {
    incident: numbered,
    target: text,
    message: text,
    count,
    closedAt: orNull(instant),
    told: mapOf(oneOf(HEARD)),
    unanswered: wholeOf(outboxEntry),
    notifications: wholeOf(deliveryRecord),
  },
  { reason: text as Shape<ResolveReason>, stateRevision: count },
);

const handback = record<Handback>({ worker: text, at: instant, incidents: wholeOf(handed) });

/** All that its age depends on. */
const writing = record<Pick<Handback, 'at'>>({ at: instant });

/** A handback in etcd; revision 0 if there is none. */
export interface StoredHandback {
  incidents: HandedIncident[];
  modRevision: number;
}

/**
 * `handback/<monitor>/<worker id>`. A worker back from an outage writes it; the owner deletes it together with the state into which
 * it merged it.
 */
export class HandbackStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** An invalid handback contains nothing; the next write removes it. */
  get watched(): Watchable<Handback> {
    return { prefix: this.keys.handbacks, decode: (entry, report) => this.parsed(entry, report) };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): Handback {
    return read(handback, value, report) ?? { worker: '', at: '', incidents: [] };
  }

  async read(monitor: string, worker: string): Promise<StoredHandback> {
    const entry = await this.client.get(this.keys.handback(monitor, worker));
    return { incidents: entry ? this.parsed(entry).incidents : [], modRevision: entry?.modRevision ?? 0 };
  }

  /** Whether etcd contains no handback about a monitor. */
  async isEmpty(monitor: string): Promise<boolean> {
    return (await this.client.list(this.keys.handbacksOf(monitor), { keysOnly: true })).entries.length === 0;
  }

  /**
   * Writes a worker's handback over the one that was read, and removes the alarms that it delivered from the outbox. These need no
   * comparison: a delivered alarm goes, whoever owns the monitor. Answers the revision; undefined if a comparison fails.
   */
  async handBack(
    about: { monitor: string; worker: string; before: StoredHandback },
    told: Handback,
    delivered: readonly string[],
    fence: Compare,
  ): Promise<number | undefined> {
    return this.write(about, told, delivered, [fence]);
  }

  /**
   * Like {@link handBack}, but only if nobody else notified meanwhile: the state is unchanged, and everything that this worker
   * settled is still in the outbox. It then settles these together with the incidents.
   */
  async handBackUndisturbed(
    about: { monitor: string; worker: string; before: StoredHandback },
    told: Handback,
    { stateRevision, settled }: { stateRevision: number; settled: readonly string[] },
    fence: Compare,
  ): Promise<number | undefined> {
    return this.write(about, told, settled, [
      fence,
      unchanged(this.keys.state(about.monitor), stateRevision),
      ...settled.map((key): Compare => ({ key, target: 'create', is: '>', value: 0 })),
    ]);
  }

  private async write(
    { monitor, worker, before }: { monitor: string; worker: string; before: StoredHandback },
    told: Handback,
    removed: readonly string[],
    compare: readonly Compare[],
  ): Promise<number | undefined> {
    const key = this.keys.handback(monitor, worker);
    const committed = await commit(this.client, {
      compare: [...compare, unchanged(key, before.modRevision)],
      then: [
        ...(told.incidents.length > 0 ? [{ put: key, value: encode(told) }] : []),
        ...removed.map((owed) => ({ delete: owed })),
      ],
    });
    return committed.outcome === 'accepted' ? committed.revision : undefined;
  }

  /** All, with when each was written, in milliseconds since the epoch. */
  async ages(): Promise<{ key: string; monitor: string; at: number | undefined; modRevision: number }[]> {
    const { entries } = await this.client.list(this.keys.handbacks);
    return entries.map(({ key, value, modRevision }) => {
      const at = read(writing, value)?.at;
      const monitor = this.keys.parseHandback(key)?.monitor ?? '';
      return { key, monitor, at: at === undefined ? undefined : Date.parse(at), modRevision };
    });
  }

  /** Answers how many were deleted before the fence no longer held. */
  remove(keys: readonly string[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(this.client, keys, fence);
  }

  /** Deletes handbacks that went into a state. */
  merging(handbacks: readonly { key: string; modRevision: number }[]): FencedWrite {
    return {
      compare: handbacks.map(({ key, modRevision }) => unchanged(key, modRevision)),
      then: handbacks.map(({ key }) => ({ delete: key })),
    };
  }
}
