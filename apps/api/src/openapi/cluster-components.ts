import { DERIVED_STATUSES, type JsonSchema } from '@9volt/contracts';
import { PLACEMENT_VERDICTS } from '../placement/explain-placement.js';
import {
  count,
  flag,
  instant,
  instantOrNull,
  list,
  map,
  number,
  object,
  ref,
  text,
  textOrNull,
  texts,
} from './schema-parts.js';

const memberProperties: Record<string, JsonSchema> = {
  MemberID: text,
  Name: text,
  Role: { type: 'string', enum: ['server', 'scheduler', 'worker', 'api'] },
  Hostname: text,
  ListenAddress: text,
  Tags: texts,
  Version: text,
  SemVer: text,
  StartedAt: instant,
  LastUpdated: instant,
  Load: {
    ...object(
      {
        checks: { ...count, description: 'Monitors it holds.' },
        checksPerSecond: number,
        latenessP99Ms: { ...number, description: 'Milliseconds from when a check was due to its start.' },
        overruns: { ...count, description: 'Due runs skipped since the one before still ran, since its start.' },
      },
      [],
      'What a worker tells of its work, over the last dump interval.',
    ),
    // A newer worker may tell more.
    additionalProperties: true,
  },
  Short: { ...text, description: 'What a worker runs short of, file descriptors for instance.' },
  UptimeMs: { ...count, description: 'Since it started, by the clock of the node that answers.' },
  Assigned: { ...count, description: 'Monitors assigned to it.' },
  AssignedLoad: { ...number, description: 'Sum of the weights of what it is to run: what the leader balances.' },
  Draining: { ...flag, description: 'Kept empty by an operator.' },
  Detached: {
    ...flag,
    description:
      'A worker that writes nothing to etcd any more, or whose membership is over while monitors are still assigned to it: it may run on what it has.',
  },
  Leader: flag,
};

const covered: Record<string, JsonSchema> = {
  monitors: count,
  covered: count,
  share: { ...number, minimum: 0, maximum: 1 },
};

/** Schemas of who takes part, and of who runs what. */
export const clusterComponents: Record<string, JsonSchema> = {
  Cluster: object({
    Members: map(ref('Member')),
    Director: { oneOf: [ref('Director'), { type: 'null' }] },
    Drains: { ...list(ref('Drain')), description: 'Workers that are kept empty, by name.' },
    Coverage: { oneOf: [ref('Coverage'), { type: 'null' }], description: 'What the leader last found.' },
    Monitors: object({
      total: count,
      byStatus: { ...object(Object.fromEntries(DERIVED_STATUSES.map((status) => [status, count]))) },
    }),
    Orphans: {
      ...texts,
      description:
        'Monitors that no live worker may run: the first 1,000. `/api/v1/monitor/{name}/why` tells the reason.',
    },
    Quarantined: { ...list(ref('Quarantined')), description: 'The first 1,000.' },
    Outbox: object(
      { depth: count, oldestAgeMs: number, byAlerter: map(object({ depth: count, oldestAgeMs: number })) },
      [],
      'Notifications owed.',
    ),
    Unreadable: {
      ...list(ref('UnreadableKey')),
      description:
        'Values in etcd that are not whole, which the node that answers ignores: the first 1,000. Delete or mend what 9volt did not write.',
    },
  }),
  UnreadableKey: object({
    key: text,
    revision: { ...count, description: 'Modification revision of the key.' },
    bytes: count,
    reason: { ...text, description: 'What was expected where.' },
  }),
  Member: object(memberProperties, ['Load', 'Short']),
  Coverage: object(
    {
      at: { ...instant, description: 'When the leader looked.' },
      ...covered,
      pools: list(object({ tag: { ...textOrNull, description: 'Null for workers without tags.' }, ...covered })),
      lowSince: { ...instantOrNull, description: 'Since when it is below 99 %.' },
    },
    [],
    'How many monitors were checked when they last had to be; runs that were skipped since the one before still ran count as checked.',
  ),
  ClusterSettings: object(
    {
      HeartbeatInterval: {
        ...text,
        description: 'How often a member renews its lease, at most; at most half of the timeout.',
      },
      HeartbeatTimeout: {
        ...text,
        description: 'After so long without it, others take over what a member had; at least 2s.',
      },
      StateDumpInterval: { ...text, description: 'How often results are dumped; at least 1s.' },
      'coverage-alerter': {
        ...text,
        description: 'The alerter that the leader itself tells when the coverage falls below 99 %.',
      },
      'dead-man-url': {
        ...text,
        description: 'Called once a minute while the coverage is good. Masked.',
        'x-secret': true,
      },
      'compact-etcd': { ...flag, description: 'False when something else compacts etcd. Default: `true`.' },
    },
    ['coverage-alerter', 'dead-man-url', 'compact-etcd'],
    'What holds for all processes. Intervals are durations such as `3s`.',
  ),
  Director: object({ MemberID: text, LastUpdate: instant }),
  Drain: object({
    name: text,
    since: { ...instantOrNull, description: 'Null when the key was written by hand.' },
    by: { ...textOrNull, description: 'Id of the member that was asked for it.' },
    members: { ...texts, description: 'Ids of the members of that name that take part at present.' },
    assigned: { ...count, description: 'Monitors that are still assigned to them.' },
  }),
  Quarantined: object({
    kind: { type: 'string', enum: ['monitor', 'alerter'] },
    name: text,
    running: { ...flag, description: 'The last good version still runs.' },
    reason: { ...text, description: 'Why, in a sentence.' },
    errors: list(ref('FieldProblem')),
  }),
  Placement: object({
    name: text,
    verdict: {
      type: 'string',
      enum: [...PLACEMENT_VERDICTS],
      description:
        '`runs` on `worker`; `moving`: there until it is handed over to `to`; `closing`: not checked, `worker` finishes what is left to tell; `waiting` for a worker; `nowhere` until something is changed.',
    },
    message: { ...text, description: 'The whole of it in a sentence.' },
    worker: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    to: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    since: { ...instantOrNull, description: 'Since when its worker has it.' },
    cause: { ...textOrNull, description: 'Why it was given to that worker, in the words of the leader.' },
    tag: { ...textOrNull, description: 'The `member-tag` that decides who may run it.' },
    weight: { ...number, description: 'Its own part of a load.' },
    candidates: {
      ...list(ref('PlacementCandidate')),
      description: 'All workers: those that may run it first, the least loaded of them first.',
    },
    errors: { ...list(ref('FieldProblem')), description: 'What is wrong with its configuration, when it is refused.' },
  }),
  PlacementCandidate: object({
    id: text,
    name: text,
    tags: texts,
    eligible: { ...flag, description: 'Whether it may be given the monitor.' },
    objection: { ...textOrNull, description: 'Why not.' },
    assigned: { ...count, description: 'Monitors it holds.' },
    load: { ...number, description: 'Sum of the weights of what it is to run: what the leader balances.' },
  }),
  WorkerName: object({ id: text, name: text }),
};
