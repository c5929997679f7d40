import {
  type Burning,
  type Flapping,
  type Held,
  HOLD_REASONS,
  type MonitorState,
  type NotedAcknowledgement,
  type OpenBurn,
  type OpenIncident,
  STATUSES,
  type AlarmStatus,
} from '@9volt/contracts';
import { encode } from '../codec.js';
import { type FencedWrite, unchanged } from '../control/fenced-txn.js';
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  count,
  flag,
  instant,
  listOf,
  mapOf,
  oneOf,
  orAbsent,
  orNull,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';

const TOLD_STATUSES: readonly AlarmStatus[] = ['warning', 'critical', 'unknown'];
export const toldStatus = oneOf(TOLD_STATUSES);

export const openIncident: Shape<OpenIncident> = record<OpenIncident>(
  { id: text, openedAt: instant, worst: toldStatus },
  { warned: flag, expected: text, found: text },
);

const held = record<Held>({ reason: oneOf(HOLD_REASONS), since: instant, text }, { by: text, until: instant });

const openBurn = record<OpenBurn>(
  { id: text, since: instant, message: text, told: mapOf(toldStatus) },
  { held: orAbsent(mapOf(held)) },
);

const state = record<MonitorState>(
  {
    status: oneOf(STATUSES),
    since: instant,
    count,
    message: text,
    owner: text,
    ownerName: text,
    incident: orNull(openIncident),
    incidents: count,
    told: mapOf(toldStatus),
    revision: count,
    createRevision: count,
    target: text,
    lastRunAt: orNull(instant),
    date: instant,
  },
  {
    failures: orAbsent(count),
    firstFailureAt: instant,
    failureSeenAt: orAbsent(instant),
    toldAt: orAbsent(mapOf(instant)),
    held: orAbsent(mapOf(held)),
    acknowledged: orAbsent(
      record<NotedAcknowledgement>({ at: instant, alerters: listOf(text) }, { author: text, until: instant }),
    ),
    successes: orAbsent(count),
    history: orAbsent(text),
    alarmedAt: orAbsent(instant),
    flapping: orAbsent(record<Flapping>({ since: instant }, { told: mapOf(toldStatus) })),
    burning: orAbsent(record<Burning>({}, { fast: orAbsent(openBurn), slow: orAbsent(openBurn) })),
    judgedWithinMs: orAbsent(count),
  },
);

/** The state of a monitor in etcd; revision 0 if there is none. */
export interface StoredState {
  state: MonitorState | undefined;
  modRevision: number;
  /** Without a state: the highest number of an incident that earlier states had; absent if nobody asked for it. */
  incidents?: number;
}

export const NO_STATE: StoredState = { state: undefined, modRevision: 0 };

/** What a write about a monitor relies on, as it is in etcd. */
export interface Standing {
  stored: StoredState;
  /** Create revision of the assignment; undefined when there is none. */
  assignment: number | undefined;
  /** Create revision of the member key; undefined when there is none. */
  member: number | undefined;
}

/** `state/<monitor>`. The owner of a monitor writes it, in one transaction with the notifications that follow from it. */
export class StateStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<MonitorState> {
    return { prefix: this.keys.states, decode: (entry, report) => this.parsed(entry, report) };
  }

  /** The state of one monitor. */
  watchedOf(monitor: string): Watchable<MonitorState> {
    return { ...this.watched, prefix: this.keys.state(monitor), exact: true };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): MonitorState | undefined {
    return read(state, value, report);
  }

  /** The states of up to `MAX_TXN_OPS` monitors, in one read. */
  async readAll(monitors: readonly string[]): Promise<StoredState[]> {
    const then = monitors.map((monitor) => ({ get: this.keys.state(monitor) }));
    return (await this.client.txn({ compare: [], then })).reads.map((entry) => this.storedFrom(entry));
  }

  /** The state together with the assignment and the member key that its write compares: to find out why a write was refused. */
  async standing(monitor: string, assignmentKey: string, memberKey: string): Promise<Standing> {
    const then = [assignmentKey, this.keys.state(monitor), memberKey].map((get) => ({ get }));
    const [assignment, stored, member] = (await this.client.txn({ compare: [], then })).reads;
    return {
      stored: this.storedFrom(stored),
      assignment: assignment?.createRevision,
      member: member?.createRevision,
    };
  }

  /** Replaces what was read, or deletes it without `next`. */
  replacing(monitor: string, { modRevision }: StoredState, next: MonitorState | undefined): FencedWrite {
    const key = this.keys.state(monitor);
    return {
      compare: [unchanged(key, modRevision)],
      then: [next ? { put: key, value: encode(next) } : { delete: key }],
    };
  }

  private storedFrom(entry: Entry | undefined): StoredState {
    return { state: entry && this.parsed(entry), modRevision: entry?.modRevision ?? 0 };
  }
}
