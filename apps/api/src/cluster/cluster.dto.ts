import { type DerivedStatus, DERIVED_STATUSES, QUIET_REASONS, type QuietReason } from '@9volt/contracts';
import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import { FieldProblem } from '../common/problem.dto.js';
import {
  component,
  count,
  flag,
  instant,
  instantOrNull,
  list,
  map,
  number,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Shape,
  text,
  textOrNull,
  texts,
} from '../common/shape.js';
import { Drain } from './drain.dto.js';
import { Member, type ShownMember } from './member.dto.js';

const covered = { monitors: count, covered: count, share: { ...number, minimum: 0, maximum: 1 } };

export const Coverage = component(
  'Coverage',
  object(
    {
      at: { ...instant, description: 'Time of the measurement.' },
      ...covered,
      pools: list(object({ tag: { ...textOrNull, description: 'Null for the workers without tags.' }, ...covered })),
      lowSince: { ...instantOrNull, description: 'Time when the coverage fell below 99 %.' },
    },
    [],
    'Number of monitors whose last due check ran. A check skipped because the previous one was still running counts as run.',
  ),
);
export type ShownCoverage = Shape<typeof Coverage>;

export const Director = component('Director', object({ MemberID: text, LastUpdate: instant }));

export const Quarantined = component(
  'Quarantined',
  object({
    kind: oneOfTexts(['monitor', 'alerter']),
    name: text,
    running: { ...flag, description: 'True if the last valid version keeps running.' },
    reason: { ...text, description: 'Reason, as one sentence.' },
    errors: list(ref(FieldProblem)),
  }),
);
export type Quarantined = Shape<typeof Quarantined>;

export const UnreadableKey = component(
  'UnreadableKey',
  object({
    key: text,
    revision: { ...count, description: 'Modification revision of the key.' },
    bytes: count,
    reason: { ...text, description: 'Expected value, and where.' },
  }),
);

const outboxDepth = { depth: count, oldestAgeMs: number };
const byStatus = object(
  Object.fromEntries(DERIVED_STATUSES.map((status) => [status, count])) as Record<DerivedStatus, typeof count>,
);

const byQuiet = object(
  Object.fromEntries(QUIET_REASONS.map((reason) => [reason, count])) as Record<QuietReason, typeof count>,
);

const archive = object(
  {
    downSince: { ...instantOrNull, description: 'Since when it does not answer this process; null if it does.' },
    writtenAt: { ...instantOrNull, description: 'When the leader wrote last; null if it never did.' },
    late: { ...flag, description: 'True if it answers, but the leader has not written for 15 minutes.' },
    daysKeptMs: {
      ...number,
      description: 'For how long it keeps days, in milliseconds; 0 if it has not answered yet.',
    },
  },
  [],
  'The archive of the history. Absent without one.',
);

export const Cluster = component(
  'Cluster',
  object(
    {
      Members: map(ref(Member)),
      Director: orNull(ref(Director)),
      Drains: { ...list(ref(Drain)), description: 'Drained workers, by name.' },
      Coverage: { ...orNull(ref(Coverage)), description: 'Last coverage that the leader measured.' },
      Monitors: object({ total: count, byStatus, byQuiet }),
      Orphans: {
        ...texts,
        description:
          'Monitors that no running worker can take: the first 1,000. `/api/v1/monitor/{name}/why` explains why.',
      },
      Quarantined: { ...list(ref(Quarantined)), description: 'The first 1,000.' },
      Outbox: object({ ...outboxDepth, byAlerter: map(object(outboxDepth)) }, [], 'Pending notifications.'),
      Unreadable: {
        ...list(ref(UnreadableKey)),
        description:
          'Incomplete values in etcd, which the answering process ignores: the first 1,000. Delete or correct those that 9volt did not write.',
      },
      Archive: archive,
    },
    ['Archive'],
  ),
  {
    Members: { [EXAMPLE_WORKER]: Member.example as ShownMember },
    Director: { MemberID: 'scheduler-1-k2p9q0', LastUpdate: EXAMPLE_AT },
    Drains: [],
    Coverage: {
      at: EXAMPLE_AT,
      monitors: 122,
      covered: 122,
      share: 1,
      pools: [{ tag: null, monitors: 122, covered: 122, share: 1 }],
      lowSince: null,
    },
    Monitors: {
      total: 123,
      byQuiet: { maintenance: 0, unreachable: 0, silenced: 2, flapping: 0, acknowledged: 1 },
      byStatus: {
        ...(Object.fromEntries(DERIVED_STATUSES.map((status) => [status, 0])) as Record<DerivedStatus, number>),
        ok: 120,
        orphaned: 1,
        critical: 1,
        quarantined: 1,
      },
    },
    Orphans: ['shop-eu'],
    Quarantined: [
      {
        kind: 'monitor',
        name: 'shop-old',
        running: true,
        reason: 'interval: is required; expected a duration such as "10s"',
        errors: [
          {
            pointer: '/interval',
            message: 'interval: is required; expected a duration such as "10s"',
            expected: 'a duration such as "10s"',
          },
        ],
      },
    ],
    Outbox: { depth: 1, oldestAgeMs: 800, byAlerter: { 'team-slack': { depth: 1, oldestAgeMs: 800 } } },
    Unreadable: [{ key: '/9volt/cluster/members/x', revision: 1234, bytes: 2, reason: 'MemberID: expected a text' }],
    Archive: { downSince: null, writtenAt: EXAMPLE_AT, late: false, daysKeptMs: 34_560_000_000 },
  },
);
export type ShownCluster = Shape<typeof Cluster>;
export type ShownOutbox = ShownCluster['Outbox'];
