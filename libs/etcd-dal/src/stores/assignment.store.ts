import { type Assignment, type EscalationStep, type MonitorSettings, parseDuration, PHASES } from '@9volt/contracts';
import { unchanged } from '../control/fenced-txn.js';
import type { Entry, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  anything,
  count,
  epochMs,
  flag,
  instant,
  listOf,
  NotWhole,
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
import type { MemberStore } from './member.store.js';

const interval: Shape<string> = (raw) => {
  try {
    if (parseDuration(raw) >= 1) return raw as string;
  } catch {
    // Told below.
  }
  throw new NotWhole('a duration');
};

/**
 * The attributes that every monitor has. Those of its type are not validated here: the leader did that when it assigned the
 * monitor, and a newer version may know more of them.
 */
const common = record<Omit<MonitorSettings, 'crossCheck'>>(
  { type: text, interval },
  {
    description: text,
    tags: listOf(text),
    disable: anything as Shape<boolean>,
    'disable-until': text,
    'member-tag': text,
    'on-detach': text as Shape<'continue' | 'stop'>,
    'warning-threshold': number,
    'critical-threshold': number,
    'warning-alerter': listOf(text),
    'critical-alerter': listOf(text),
    'renotify-interval': orAbsent(interval),
    escalate: orAbsent(listOf(record<EscalationStep>({ after: interval, alerter: listOf(text) }))),
    'recovery-threshold': orAbsent(count),
    'depends-on': orAbsent(listOf(text)),
    'depends-wait': orAbsent(interval),
    'detect-flapping': orAbsent(flag),
    'flapping-start': orAbsent(number),
    'flapping-end': orAbsent(number),
    'slo-uptime': orAbsent(number),
    'slo-window': orAbsent(interval),
    'slo-alerter': orAbsent(listOf(text)),
  },
);

const assignment = record<Assignment>(
  {
    phase: oneOf(PHASES),
    settings: common as Shape<MonitorSettings>,
    revision: count,
    createRevision: count,
    assignedAt: instant,
  },
  {
    to: text,
    reason: text as Shape<'removed' | 'disabled' | 'changed'>,
    lastRunAt: epochMs,
    lastRunAgoMs: number,
    lastRunBy: text,
    isolate: anything as Shape<true>,
    cause: text,
  },
);

/** Undefined for what is not whole. */
export function parseAssignment(value: Buffer, report?: ReportFault): Assignment | undefined {
  return read(assignment, value, report);
}

/** An assignment's key as it was read. */
export interface HeldKey {
  key: string;
  modRevision: number;
}

export interface StoredAssignment extends HeldKey {
  assignment: Assignment;
  createRevision: number;
}

/** `cluster/assignments/<worker id>/<monitor>`. The leader writes it; a worker that leaves or hands over writes its own. */
export class AssignmentStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly members: MemberStore,
  ) {}

  /** Those of one worker. */
  watchedBy(workerId: string): Watchable<Assignment> {
    return { prefix: this.keys.assignmentsOf(workerId), decode: (entry, report) => this.parsed(entry, report) };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): Assignment | undefined {
    return parseAssignment(value, report);
  }

  /** The assignment in etcd; undefined if there is none, or it is invalid. */
  async read(key: string): Promise<StoredAssignment | undefined> {
    const entry = await this.client.get(key);
    const found = entry && this.parsed(entry);
    if (!entry || !found) return undefined;
    const { createRevision, modRevision } = entry;
    return { key, createRevision, modRevision, assignment: found };
  }

  /** Assigns a monitor to a worker that is a member and does not have it. `value` is an encoded assignment. */
  giving(workerId: string, monitor: string, value: string): FencedWrite {
    const key = this.keys.assignment(workerId, monitor);
    return {
      compare: [unchanged(key, 0), this.members.takesPart(workerId, true)],
      then: [{ put: key, value }],
    };
  }

  /** Replaces what was read. `value` is an encoded assignment. */
  replacing({ key, modRevision }: HeldKey, value: string): FencedWrite {
    return { compare: [unchanged(key, modRevision)], then: [{ put: key, value }] };
  }

  /** Deletes what was read. */
  dropping({ key, modRevision }: HeldKey): FencedWrite {
    return { compare: [unchanged(key, modRevision)], then: [{ delete: key }] };
  }
}
