import { DERIVED_STATUSES, type JsonSchema } from '@9volt/contracts';

const AT = '2026-06-01T12:00:00.000Z';
const WORKER = 'worker-1-x7f3k2';

/** The attributes of a type with an example or a default that are required; enough to be valid. */
function exampleOf(schemas: Record<string, JsonSchema>, union: string): Record<string, unknown> {
  const [first] = schemas[union]?.['oneOf'] as { $ref: string }[];
  return objectExample(schemas[first?.$ref.split('/').at(-1) ?? ''] ?? {});
}

function objectExample(schema: JsonSchema): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  const shown = Object.entries(properties).filter(
    ([name, { example, 'x-group': group }]) => required.includes(name) || (example !== undefined && group === 'common'),
  );
  return Object.fromEntries(
    shown
      .filter(([name]) => !['disable', 'disable-until', 'member-tag', 'name'].includes(name))
      .map(([name, property]) => [
        name,
        property['type'] === 'object' ? objectExample(property) : (property['example'] ?? property['x-default']),
      ]),
  );
}

/** Answers whose example is not that of their schema: `operation status`. */
export const answerExamples: Readonly<Record<string, unknown>> = {
  'getReadiness 503': { status: 'not ready', missing: { etcd: 'connect ECONNREFUSED 127.0.0.1:2379' } },
  'getVersion 200': { message: '9volt 0.1.0 - 1a2b3c4', status: 'version' },
  'getStatus 200': { message: `MemberID ${WORKER}`, status: 'OK' },
  'getStatus 500': { message: `MemberID ${WORKER}`, status: 'connect ECONNREFUSED 127.0.0.1:2379' },
  'deleteMonitor 200': { message: "Successfully removed check 'shop-home'", status: 'OK' },
  'undrainWorker 200': { message: "'worker-1' accepts monitors again", status: 'OK' },
  'deleteAlerter 200': { message: "Successfully removed alerter 'team-slack'", status: 'OK' },
};

/** One example of each schema that a route takes or answers. */
export function examples(schemas: Record<string, JsonSchema>): Record<string, unknown> {
  const monitor = exampleOf(schemas, 'Monitor');
  const alerter = {
    type: 'slack',
    description: 'The channel of the shop team',
    options: { token: '${env:NINEV_SECRET_SLACK_TOKEN}', channel: '#alerts' },
  };
  const result = { at: AT, latencyMs: 12.4, status: 'ok' };
  const state = {
    check: 'shop-home',
    name: 'shop-home',
    type: monitor['type'],
    target: 'https://shop.example.com/',
    tags: ['shop'],
    owner: WORKER,
    ownerName: 'worker-1',
    status: 'critical',
    stored: 'critical',
    reason: null,
    since: AT,
    count: 3,
    message: "Received status code '503' does not match expected status code '200'",
    date: AT,
    lastRun: AT,
    latencyMs: 12.4,
    performance: [{ label: 'time', value: 0.0124, unit: 's', min: 0 }],
    nextDue: '2026-06-01T12:00:10.000Z',
    incident: '1042.7',
    config: monitor,
  };
  const event = {
    id: '0mbd3k9x40000abcdefghijk',
    type: 'status-changed',
    message: 'shop-home: ok -> critical',
    timestamp: AT,
    memberid: WORKER,
    monitor: 'shop-home',
  };
  const incident = {
    id: '1042.7',
    n: 7,
    openedAt: AT,
    closedAt: null,
    worst: 'critical',
    message: state.message,
    notifications: [
      { alerter: 'team-slack', type: 'critical', at: AT, outcome: 'delivered', attempts: 1, answer: 'ok' },
    ],
  };
  const [type = ''] = [monitor['type']] as string[];
  return {
    StatusMessage: { message: 'Pushed 2 configs; skipped 1 configs', status: 'OK' },
    Monitor: monitor,
    MonitorOrMessage: monitor,
    MonitorMap: { 'shop-home': monitor },
    MonitorList: { '/9volt/monitor/shop-home': monitor },
    MonitorTrial: { config: monitor },
    Alerter: alerter,
    AlerterMap: { 'team-slack': alerter },
    AlerterList: { '/9volt/alerter/team-slack': alerter },
    AlerterTrial: { config: alerter },
    CallWords: { status: 'ok', message: '1204 orders exported', latency: '12.5s' },
    MergePatch: { interval: '30s', description: null },
    CheckResult: {
      status: 'ok',
      message: 'N/A',
      latencyMs: 12.4,
      phases: { lookup: 0.8, connect: 3.1, firstByte: 8.2 },
    },
    Delivery: { outcome: 'delivered', answer: 'ok' },
    StateList: [state],
    StateDetail: {
      ...state,
      results: [result],
      incidents: [incident],
      told: { 'team-slack': 'critical' },
      owed: [],
      assignment: { workerId: WORKER, phase: 'run', assignedAt: AT },
      revision: 1042,
    },
    Results: { 'shop-home': [result] },
    Placement: {
      name: 'shop-home',
      verdict: 'runs',
      message: `'shop-home' runs on worker-1 since ${AT}: to balance the loads of the 2 workers without tags`,
      worker: { id: WORKER, name: 'worker-1' },
      to: null,
      since: AT,
      cause: 'rebalance',
      tag: null,
      weight: 0.2,
      candidates: [
        { id: WORKER, name: 'worker-1', tags: [], eligible: true, objection: null, assigned: 120, load: 24.2 },
        {
          id: 'worker-2-m1q8zd',
          name: 'worker-2',
          tags: [],
          eligible: true,
          objection: null,
          assigned: 121,
          load: 24.4,
        },
        {
          id: 'worker-3-p0v5rt',
          name: 'worker-3',
          tags: ['eu-west'],
          eligible: false,
          objection: 'has tags, but this monitor has no member-tag',
          assigned: 8,
          load: 1.6,
        },
      ],
      errors: [],
    },
    EventList: [event],
    Cluster: {
      Members: {
        [WORKER]: {
          MemberID: WORKER,
          Name: 'worker-1',
          Role: 'worker',
          Hostname: 'host-1',
          ListenAddress: '127.0.0.1:8082',
          Tags: [],
          Version: '0.1.0',
          SemVer: '0.1.0',
          StartedAt: AT,
          LastUpdated: AT,
          UptimeMs: 86_400_000,
          Load: { checks: 120, checksPerSecond: 12, latenessP99Ms: 2.4, overruns: 0 },
          Assigned: 120,
          AssignedLoad: 24.2,
          Draining: false,
          Detached: false,
          Leader: false,
        },
      },
      Director: { MemberID: 'scheduler-1-k2p9q0', LastUpdate: AT },
      Drains: [],
      Coverage: {
        at: AT,
        monitors: 122,
        covered: 122,
        share: 1,
        pools: [{ tag: null, monitors: 122, covered: 122, share: 1 }],
        lowSince: null,
      },
      Monitors: {
        total: 123,
        byStatus: {
          ...Object.fromEntries(DERIVED_STATUSES.map((status) => [status, 0])),
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
    },
    ClusterSettings: {
      HeartbeatInterval: '3s',
      HeartbeatTimeout: '6s',
      StateDumpInterval: '10s',
      'coverage-alerter': 'team-slack',
    },
    Drain: { name: 'worker-1', since: AT, by: 'api-1-h3c8m1', members: [WORKER], assigned: 120 },
    SchemaMap: { [type]: { summary: 'A type.', schema: { type: 'object', properties: { type: { type: 'string' } } } } },
    Stream: `event: event\ndata: ${JSON.stringify(event)}\nid: 6f9619ff-8b86-d011-b42d-00c04fc964ff.1043\n\n`,
    Health: { status: 'ok' },
    Readiness: { status: 'ready', missing: {} },
    LoggedErrors: [{ timestamp: AT, type: 'warning', message: 'etcd: connection refused' }],
    Metrics: 'ninevolt_api_stream_clients 2\n',
  };
}
