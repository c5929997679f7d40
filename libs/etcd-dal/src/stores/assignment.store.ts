import { type Assignment, type MonitorSettings, parseDuration, PHASES } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  anything,
  count,
  epochMs,
  instant,
  listOf,
  NotWhole,
  number,
  oneOf,
  read,
  record,
  type Shape,
  type Tell,
  text,
  type Watchable,
} from '../shape.js';

const interval: Shape<string> = (raw) => {
  try {
    if (parseDuration(raw) >= 1) return raw as string;
  } catch {
    // Told below.
  }
  throw new NotWhole('a duration');
};

/**
 * What every monitor has. The attributes of its type are not looked at: whoever assigned it validated them, and a newer version may know more of
 * them.
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
    lastRunBy: text,
    isolate: anything as Shape<true>,
    cause: text,
  },
);

/** `cluster/assignments/<worker id>/<monitor>`. The leader writes it; a worker that leaves or hands over, its own. */
export class AssignmentStore {
  constructor(private readonly keys: Keyspace) {}

  /** Those of one worker. */
  watchedBy(workerId: string): Watchable<Assignment> {
    return { prefix: this.keys.assignmentsOf(workerId), decode: (entry, tell) => this.parsed(entry, tell) };
  }

  parsed({ value }: Pick<Entry, 'value'>, tell?: Tell): Assignment | undefined {
    return read(assignment, value, tell);
  }
}
