import type { Alert, DeliveryRecord, IncidentComment, IncidentRecord, NoteKind, ResolveReason } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, type Committed, type FencedWrite, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  instant,
  oneOf,
  orAbsent,
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
import { toldStatus } from './state.store.js';

export const noteKind = oneOf<NoteKind>(['acknowledged', 'unacknowledged']);

export const deliveryRecord = record<DeliveryRecord>(
  {
    alerter: text,
    type: text as Shape<Alert['type']>,
    at: instant,
    outcome: text as Shape<DeliveryRecord['outcome']>,
    attempts: count,
    answer: text,
  },
  { note: orAbsent(noteKind), reference: orAbsent(text) },
);

const incident = record<IncidentRecord>(
  {
    id: text,
    openedAt: instant,
    closedAt: orNull(instant),
    worst: toldStatus,
    message: text,
    notifications: wholeOf(deliveryRecord),
  },
  {
    reason: text as Shape<ResolveReason>,
    comments: orAbsent(wholeOf(record<IncidentComment>({ at: instant, text }, { author: text }))),
  },
);

/** All that its age depends on. */
const closing = record<Pick<IncidentRecord, 'closedAt'>>({ closedAt: orNull(instant) });

/** The record of an incident in etcd; revision 0 if there is none. */
export interface StoredIncident {
  record: IncidentRecord | undefined;
  modRevision: number;
}

/** How many of the newest deliveries an incident keeps. */
const MAX_DELIVERIES = 100;

const READ_AT_ONCE = 64;

/** How many of the newest comments an incident keeps. */
const MAX_COMMENTS = 50;
/** Beside what was sent, a record must stay far below the largest value of etcd: nobody could read or close it. */
const MAX_COMMENT_BYTES = 262_144;

/** The record with one more comment, and without the oldest ones if these are too many. */
export function withComment(record: IncidentRecord, comment: IncidentComment): IncidentRecord {
  const comments = [comment];
  let bytes = encode(comment).length;
  for (const before of (record.comments ?? []).toReversed()) {
    bytes += encode(before).length;
    if (comments.length === MAX_COMMENTS || bytes > MAX_COMMENT_BYTES) break;
    comments.unshift(before);
  }
  return { ...record, comments };
}

/**
 * `incident/<monitor>/<n>`. The owner of a monitor writes it; the worker that delivers a notification records the answer in it, and the API
 * the comments of people.
 */
export class IncidentStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<IncidentRecord> {
    return { prefix: this.keys.incidents, decode: (entry, report) => this.parsed(entry, report) };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): IncidentRecord | undefined {
    return read(incident, value, report);
  }

  /** Records of a monitor by their numbers, in one read. */
  async readAll(monitor: string, numbers: readonly number[]): Promise<Map<number, StoredIncident>> {
    if (numbers.length === 0) return new Map();
    const then = numbers.map((n) => ({ get: this.keys.incident(monitor, n) }));
    const { reads } = await this.client.txn({ compare: [], then });
    return new Map(numbers.map((n, index) => [n, this.storedFrom(reads[index])]));
  }

  /** The highest number of a record of each of up to `MAX_TXN_OPS` monitors, 0 without one; in one read. */
  async lastNumbers(monitors: readonly string[]): Promise<number[]> {
    if (monitors.length === 0) return [];
    const then = monitors.map((monitor) => ({ lastOf: this.keys.incidentsOf(monitor) }));
    const { reads } = await this.client.txn({ compare: [], then });
    return reads.map((last) => (last && this.keys.parseIncident(last.key)?.n) ?? 0);
  }

  /** The record of exactly this incident: a later monitor of the same name counts its incidents from the start. */
  async find(monitor: string, incident: string): Promise<StoredIncident | undefined> {
    const n = numberOf(incident);
    if (!Number.isInteger(n)) return undefined;
    const found = this.storedFrom(await this.client.get(this.keys.incident(monitor, n)));
    return found.record?.id === incident ? found : undefined;
  }

  /** Replaces what was read under a number. */
  replacing(monitor: string, n: number, { modRevision }: StoredIncident, record: IncidentRecord): FencedWrite {
    const key = this.keys.incident(monitor, n);
    return { compare: [unchanged(key, modRevision)], then: [{ put: key, value: encode(record) }] };
  }

  /** Records deliveries in their incident. */
  noting(monitor: string, { record, modRevision }: StoredIncident, deliveries: readonly DeliveryRecord[]): FencedWrite {
    if (!record) return { compare: [], then: [] };
    return this.replacing(monitor, numberOf(record.id), { record, modRevision }, withDeliveries(record, deliveries));
  }

  /** Stores a record with a comment in place of the one that was read. Refused if that changed since. */
  comment(
    monitor: string,
    { record, modRevision }: { record: IncidentRecord; modRevision: number },
    next: IncidentRecord,
  ): Promise<Committed> {
    return commit(this.client, this.replacing(monitor, numberOf(record.id), { record, modRevision }, next));
  }

  /** Compares that the record is unchanged since it was read. */
  unchanged(monitor: string, { record, modRevision }: StoredIncident): FencedWrite {
    return {
      compare: record ? [unchanged(this.keys.incident(monitor, numberOf(record.id)), modRevision)] : [],
      then: [],
    };
  }

  /** All that are valid, in the order of keys. */
  async *all(): AsyncGenerator<{ monitor: string; record: IncidentRecord }> {
    for await (const { entries } of this.client.pages(this.keys.incidents)) {
      for (const entry of entries) {
        const place = this.keys.parseIncident(entry.key);
        const record = this.parsed(entry);
        if (place && record) yield { monitor: place.monitor, record };
      }
    }
  }

  /** All, in the order of keys: those of a monitor together, oldest first. */
  async *ages(): AsyncGenerator<{ key: string; monitor: string; closedAt: number | undefined; modRevision: number }> {
    for await (const { entries } of this.client.pages(this.keys.incidents)) {
      for (const { key, value, modRevision } of entries) {
        const place = this.keys.parseIncident(key);
        const closedAt = read(closing, value)?.closedAt;
        if (place)
          yield { key, monitor: place.monitor, closedAt: closedAt ? Date.parse(closedAt) : undefined, modRevision };
      }
    }
  }

  /** Those that were written after a revision, some at a time. */
  async *changedSince(
    revision: number,
  ): AsyncGenerator<{ monitor: string; record: IncidentRecord; modRevision: number }[]> {
    const { entries } = await this.client.list(this.keys.incidents, { keysOnly: true });
    const changed = entries.filter(({ modRevision }) => modRevision > revision).map(({ key }) => key);
    for (let from = 0; from < changed.length; from += READ_AT_ONCE) {
      const then = changed.slice(from, from + READ_AT_ONCE).map((get) => ({ get }));
      const { reads } = await this.client.txn({ compare: [], then });
      yield reads.flatMap((entry) => {
        const monitor = entry && this.keys.parseIncident(entry.key)?.monitor;
        const record = entry && this.parsed(entry);
        return record && monitor !== undefined ? [{ monitor, record, modRevision: entry.modRevision }] : [];
      });
    }
  }

  /** Answers how many were deleted before the fence no longer held. */
  remove(keys: readonly string[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(this.client, keys, fence);
  }

  private storedFrom(entry: Entry | undefined): StoredIncident {
    return { record: entry && this.parsed(entry), modRevision: entry?.modRevision ?? 0 };
  }
}

export function withDeliveries(record: IncidentRecord, deliveries: readonly DeliveryRecord[]): IncidentRecord {
  return { ...record, notifications: [...record.notifications, ...deliveries].slice(-MAX_DELIVERIES) };
}

/** The n of `<create revision>.<n>`. */
function numberOf(incident: string): number {
  return Number(incident.slice(incident.lastIndexOf('.') + 1));
}
