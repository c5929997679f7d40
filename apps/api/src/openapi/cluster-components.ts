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
        checks: { ...count, description: 'Number of assigned monitors.' },
        checksPerSecond: number,
        latenessP99Ms: { ...number, description: 'Milliseconds from the due time of a check to its start.' },
        overruns: { ...count, description: 'Checks skipped because the previous one was still running, since the start of the worker.' },
      },
      [],
      'Load of a worker over the last dump interval.',
    ),
    // A newer worker may tell more.
    additionalProperties: true,
  },
  Short: { ...text, description: 'Resource that the worker lacks, such as file descriptors.' },
  UptimeMs: { ...count, description: 'Milliseconds since its start, by the clock of the node that answers.' },
  Assigned: { ...count, description: 'Number of assigned monitors.' },
  AssignedLoad: { ...number, description: 'Sum of the weights of its monitors; the leader balances this.' },
  Draining: { ...flag, description: 'True if an operator drained this worker.' },
  Detached: {
    ...flag,
    description:
      'True if the worker no longer writes to etcd, or its membership expired while it still has monitors. It may continue to run them.',
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
    Drains: { ...list(ref('Drain')), description: 'Drained workers, by name.' },
    Coverage: { oneOf: [ref('Coverage'), { type: 'null' }], description: 'Last coverage that the leader measured.' },
    Monitors: object({
      total: count,
      byStatus: { ...object(Object.fromEntries(DERIVED_STATUSES.map((status) => [status, count]))) },
    }),
    Orphans: {
      ...texts,
      description:
        'Monitors that no running worker can take: the first 1,000. `/api/v1/monitor/{name}/why` explains why.',
    },
    Quarantined: { ...list(ref('Quarantined')), description: 'The first 1,000.' },
    Outbox: object(
      { depth: count, oldestAgeMs: number, byAlerter: map(object({ depth: count, oldestAgeMs: number })) },
      [],
      'Pending notifications.',
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
      at: { ...instant, description: 'Time of the measurement.' },
      ...covered,
      pools: list(object({ tag: { ...textOrNull, description: 'Null for the workers without tags.' }, ...covered })),
      lowSince: { ...instantOrNull, description: 'Time when the coverage fell below 99 %.' },
    },
    [],
    'Number of monitors whose last due check ran. A check skipped because the previous one was still running counts as run.',
  ),
  ClusterSettings: object(
    {
      HeartbeatInterval: {
        ...text,
        description: 'Interval at which a member renews its lease. At most half of the timeout.',
      },
      HeartbeatTimeout: {
        ...text,
        description: 'After this time without a heartbeat, other workers take over the monitors of a member. At least 2s.',
      },
      StateDumpInterval: { ...text, description: 'Interval at which workers write results to etcd. At least 1s.' },
      'coverage-alerter': {
        ...text,
        description: 'Alerter that the leader notifies when the coverage falls below 99 %.',
      },
      'dead-man-url': {
        ...text,
        description: 'The leader calls this address once a minute while the coverage is good, so that another system can alert when the calls stop. Masked.',
        'x-secret': true,
      },
      'compact-etcd': { ...flag, description: 'Set it to false if something else compacts etcd. Default: `true`.' },
    },
    ['coverage-alerter', 'dead-man-url', 'compact-etcd'],
    'Settings of all processes of the cluster. Intervals are durations such as `3s`.',
  ),
  Director: object({ MemberID: text, LastUpdate: instant }),
  Drain: object({
    name: text,
    since: { ...instantOrNull, description: 'Null if an operator wrote the key directly into etcd.' },
    by: { ...textOrNull, description: 'Id of the member that handled the request.' },
    members: { ...texts, description: 'Ids of the running members of that name.' },
    assigned: { ...count, description: 'Number of monitors still assigned to them.' },
  }),
  Quarantined: object({
    kind: { type: 'string', enum: ['monitor', 'alerter'] },
    name: text,
    running: { ...flag, description: 'True if the last valid version keeps running.' },
    reason: { ...text, description: 'Reason, as one sentence.' },
    errors: list(ref('FieldProblem')),
  }),
  Placement: object({
    name: text,
    verdict: {
      type: 'string',
      enum: [...PLACEMENT_VERDICTS],
      description:
        '`runs`: `worker` runs it. `moving`: `worker` runs it until it hands it over to `to`. `closing`: `worker` no longer checks it but still sends its pending notifications. `waiting`: the leader will assign a worker. `nowhere`: no worker can run it until somebody changes the configuration or the workers.',
    },
    message: { ...text, description: 'The explanation as one sentence.' },
    worker: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    to: { oneOf: [ref('WorkerName'), { type: 'null' }] },
    since: { ...instantOrNull, description: 'Time when the worker got it.' },
    cause: { ...textOrNull, description: 'Reason the leader gave for its choice.' },
    tag: { ...textOrNull, description: 'The `member-tag`: only workers with this tag run it.' },
    weight: { ...number, description: 'Weight of this monitor in the load of its worker.' },
    candidates: {
      ...list(ref('PlacementCandidate')),
      description: 'All workers. Suitable ones come first, the least loaded at the top.',
    },
    errors: { ...list(ref('FieldProblem')), description: 'Errors of its configuration, if it is quarantined.' },
  }),
  PlacementCandidate: object({
    id: text,
    name: text,
    tags: texts,
    eligible: { ...flag, description: 'True if the worker can run the monitor.' },
    objection: { ...textOrNull, description: 'Why not.' },
    assigned: { ...count, description: 'Number of assigned monitors.' },
    load: { ...number, description: 'Sum of the weights of its monitors; the leader balances this.' },
  }),
  WorkerName: object({ id: text, name: text }),
};
