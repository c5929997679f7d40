import {
  type Alert,
  type AlertNote,
  BURN_KINDS,
  type DeliveryRecord,
  type OutboxEntry,
  type ResolveReason,
  STATUSES,
} from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, type FencedWrite, joined, unchanged } from '../control/fenced-txn.js';
import type { Compare, EtcdClient, Entry, Op } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  flag,
  instant,
  listOf,
  number,
  oneOf,
  orAbsent,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';
import { type IncidentStore, noteKind, type StoredIncident } from './incident.store.js';
import { toldStatus } from './state.store.js';

/** A group is made when it is sent, and never stored. */
const absent: Shape<never> = () => undefined as never;

const alert = record<Alert>(
  {
    type: oneOf(['resolve', 'warning', 'critical', 'unknown']),
    monitor: text,
    monitorType: text,
    target: text,
    tags: listOf(text),
    status: oneOf(STATUSES),
    worst: toldStatus,
    message: text,
    since: instant,
    at: instant,
    attempts: count,
    warningThreshold: number,
    criticalThreshold: number,
    worker: text,
    key: text,
  },
  {
    test: flag,
    memberTag: orAbsent(text),
    group: orAbsent(absent),
    reason: text as Shape<ResolveReason>,
    description: text,
    expected: text,
    found: text,
    link: text,
    afterHold: orAbsent(text),
    repeat: orAbsent(flag),
    escalated: orAbsent(flag),
    flapping: orAbsent(oneOf(['began', 'ended'])),
    burn: orAbsent(oneOf(BURN_KINDS)),
    note: record<AlertNote>(
      { kind: noteKind },
      { author: orAbsent(text), comment: orAbsent(text), until: orAbsent(instant) },
    ),
  },
);

export const outboxEntry = record<OutboxEntry>(
  {
    id: text,
    alerter: text,
    incident: text,
    alert,
    createdAt: instant,
  },
  { reached: orAbsent(listOf(text)) },
);

/** An entry of the outbox as it was read. */
export interface OutboxKey {
  key: string;
  monitor: string;
  modRevision: number;
}

/**
 * `outbox/<monitor>/<alerter>/<id>`: pending notifications. The owner writes them with the state; the worker that delivers one
 * removes it with the answer.
 */
export class OutboxStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly incidents: IncidentStore,
  ) {}

  /** Skips what somebody wrote there by hand: it must not block our entries. The key says for whom an entry is. */
  get watched(): Watchable<OutboxEntry> {
    return { prefix: this.keys.outbox, decode: (entry, report) => this.parsed(entry, report) };
  }

  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, report?: ReportFault): OutboxEntry | undefined {
    const place = this.keys.parseOutbox(key);
    const found = place && read(outboxEntry, value, report);
    return found && { ...found, id: place.id, alerter: place.alerter };
  }

  keyOf(monitor: string, { alerter, id }: Pick<OutboxEntry, 'alerter' | 'id'>): string {
    return this.keys.outboxEntry(monitor, alerter, id);
  }

  /**
   * Adds pending notifications. It needs no comparison of their keys: ids are unique, and writing an entry twice gives the same
   * entry.
   */
  owing(monitor: string, entries: readonly OutboxEntry[]): FencedWrite {
    return {
      compare: [],
      then: entries.map((entry) => ({ put: this.keyOf(monitor, entry), value: encode(entry) })),
    };
  }

  /** Whether it is still pending, and the fences hold. */
  async isOwed({ key, modRevision }: OutboxKey, fences: readonly Compare[]): Promise<boolean> {
    const { succeeded } = await this.client.txn({ compare: [...fences, unchanged(key, modRevision)], then: [] });
    return succeeded;
  }

  /** Replaces an entry by one that says more. Answers like {@link settle}. */
  replace(
    { key, modRevision }: OutboxKey,
    entry: OutboxEntry,
    fences: readonly Compare[],
  ): Promise<number | undefined> {
    const put = { put: key, value: encode(entry) };
    return this.commit({ compare: [...fences, unchanged(key, modRevision)], then: [put] });
  }

  /** A revision at which the entry is gone; undefined if it exists. */
  async goneAt({ key }: OutboxKey): Promise<number | undefined> {
    const { reads, revision } = await this.client.txn({ compare: [], then: [{ get: key }] });
    return reads[0] ? undefined : revision;
  }

  /** Whether etcd contains no pending notification about a monitor. */
  async isEmpty(monitor: string): Promise<boolean> {
    return (await this.client.list(this.keys.outboxOf(monitor), { keysOnly: true })).entries.length === 0;
  }

  /**
   * Removes delivered or dropped notifications, and records that in their incident. Answers the revision; undefined if a comparison
   * fails.
   */
  async settle(
    owed: OutboxKey,
    incident: StoredIncident | undefined,
    delivery: DeliveryRecord,
    fences: readonly Compare[],
  ): Promise<number | undefined> {
    const noted = incident ? [this.incidents.noting(owed.monitor, incident, [delivery])] : [];
    return this.commit(joined({ compare: fences, then: [] }, removing([owed]), ...noted));
  }

  /**
   * Removes notifications that are no longer needed, as long as nobody recorded a delivery in the incident. Answers like {@link
   * settle}.
   */
  async cancel(
    owed: readonly OutboxKey[],
    incident: StoredIncident | undefined,
    fences: readonly Compare[],
  ): Promise<number | undefined> {
    const [first] = owed;
    const still = first && incident ? [this.incidents.unchanged(first.monitor, incident)] : [];
    return this.commit(joined({ compare: fences, then: [] }, removing(owed), ...still));
  }

  /** Removes entries that were delivered or replaced. */
  dropping(keys: readonly string[]): Op[] {
    return keys.map((key) => ({ delete: key }));
  }

  private async commit(write: FencedWrite): Promise<number | undefined> {
    const committed = await commit(this.client, write);
    return committed.outcome === 'accepted' ? committed.revision : undefined;
  }
}

function removing(owed: readonly OutboxKey[]): FencedWrite {
  return {
    compare: owed.map(({ key, modRevision }) => unchanged(key, modRevision)),
    then: owed.map(({ key }) => ({ delete: key })),
  };
}
