import { CALL_STATUSES, type JsonSchema, DERIVED_STATUSES, EVENT_TYPES, PHASES, STATUSES } from '@9volt/contracts';
import { alerterSchemas, monitorSchemas, type TypeSchemas } from '../schemas/type-schemas.js';
import { clusterComponents } from './cluster-components.js';
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
  status,
  text,
  textOrNull,
  texts,
  told,
} from './schema-parts.js';

const phases = object(
  { lookup: number, connect: number, tls: number, firstByte: number, transfer: number },
  ['lookup', 'connect', 'tls', 'firstByte', 'transfer'],
  'Milliseconds of each phase of a check.',
);

const note = { ...text, description: 'Remark that did not affect the status.' };
const unjudged = {
  ...flag,
  description:
    'Reason why the worker could not judge the target. Such a result counts towards no threshold.',
};
const performanceValue = object(
  {
    label: text,
    value: { type: ['number', 'null'], description: 'Null if unknown.' },
    unit: { ...text, description: 'Absent if the value is a plain number.' },
    warn: { ...text, description: 'Warning range in Nagios notation; a value outside of it is a warning.' },
    crit: { ...text, description: 'Critical range in Nagios notation; a value outside of it is critical.' },
    min: number,
    max: number,
  },
  ['unit', 'warn', 'crit', 'min', 'max'],
  'A measured value.',
);

const stateProperties: Record<string, JsonSchema> = {
  check: { ...text, description: 'Name of the monitor.' },
  name: { ...text, description: 'The same.' },
  type: textOrNull,
  target: { ...textOrNull, description: 'Target of the check, in one line.' },
  tags: texts,
  owner: { ...textOrNull, description: 'Id of the worker that runs the monitor.' },
  ownerName: textOrNull,
  status: { type: 'string', enum: [...DERIVED_STATUSES], description: 'Status to show.' },
  stored: {
    type: ['string', 'null'],
    enum: [...STATUSES, null],
    description: 'Status as stored, even if it is out of date.',
  },
  reason: { ...textOrNull, description: 'Reason why `status` differs from the stored one.' },
  since: instantOrNull,
  count: { ...count, description: 'Consecutive failures.' },
  message: { ...text, description: '`N/A` when ok.' },
  date: { ...instantOrNull, description: 'When the state was written.' },
  lastRun: instantOrNull,
  latencyMs: { type: ['number', 'null'] },
  performance: { ...list(ref('PerformanceValue')), description: 'Measured values of the last check.' },
  nextDue: instantOrNull,
  incident: { ...textOrNull, description: 'Id of the open incident.' },
};

const configOrNull: JsonSchema = { oneOf: [ref('Monitor'), { type: 'null' }] };

const incident = object(
  {
    id: text,
    n: { ...count, description: 'Number of the incident; each monitor counts from 1.' },
    openedAt: instant,
    closedAt: instantOrNull,
    worst: told,
    message: text,
    reason: { type: 'string', enum: ['recovered', 'removed', 'disabled', 'changed'] },
    notifications: list(ref('DeliveryRecord')),
  },
  ['reason'],
);

const fixed: Record<string, JsonSchema> = {
  ...clusterComponents,
  Problem: object(
    {
      type: { ...text, description: '`urn:9volt:problem:<code>`, or `about:blank`.' },
      title: text,
      status: { type: 'integer', description: 'The HTTP status.' },
      detail: text,
      instance: { ...text, description: 'Path of the request.' },
      message: { ...text, description: 'Same as `detail`, for clients of the original 9volt.' },
      errors: list(ref('FieldProblem')),
    },
    ['errors'],
    'An error, as problem details (RFC 9457).',
  ),
  FieldProblem: object(
    {
      pointer: { ...text, description: 'JSON pointer (RFC 6901) to the field in the request.' },
      message: text,
      expected: { ...text, description: 'Description of a valid value.' },
      suggestion: { ...text, description: 'The nearest valid name.' },
    },
    ['suggestion'],
  ),
  CallWords: object(
    {
      status: { type: 'string', enum: [...CALL_STATUSES], description: 'Result of the job. Default: ok.' },
      message: { ...text, maxLength: 1_024, description: 'Message of the job.' },
      latency: {
        oneOf: [{ type: 'string' }, { type: 'integer', minimum: 1 }],
        description: 'Duration of the job, such as `12.5s`, or nanoseconds.',
      },
    },
    ['status', 'message', 'latency'],
    'Report of a job.',
  ),
  StatusMessage: object({ message: text, status: text }),
  MergePatch: {
    type: 'object',
    additionalProperties: true,
    description: 'Attributes to change; null removes one (RFC 7396).',
  },
  MonitorTrial: object(
    {
      config: ref('Monitor'),
      name: { ...text, description: 'Name of the stored monitor that provides the masked secrets.' },
      'member-tag': { ...text, description: 'Run the test on a worker with this tag, instead of the `member-tag` of the configuration.' },
    },
    ['name', 'member-tag'],
  ),
  AlerterTrial: object(
    { config: ref('Alerter'), name: { ...text, description: 'Name of the stored alerter that provides the masked secrets.' } },
    ['name'],
  ),
  CheckResult: object(
    {
      status,
      message: text,
      latencyMs: number,
      expected: text,
      found: text,
      phases: ref('Phases'),
      certificate: object({ subject: text, issuer: text, notAfter: instant, daysLeft: number }),
      performance: list(ref('PerformanceValue')),
      note,
      unjudged,
    },
    ['expected', 'found', 'phases', 'certificate', 'performance', 'note', 'unjudged'],
  ),
  Phases: phases,
  PerformanceValue: performanceValue,
  Delivery: object({
    outcome: { type: 'string', enum: ['delivered', 'retryable', 'rejected'] },
    answer: { ...text, description: 'Answer of the provider.' },
  }),
  DeliveryRecord: object({
    alerter: text,
    type: { type: 'string', enum: ['resolve', 'warning', 'critical', 'unknown'] },
    at: instant,
    outcome: { type: 'string', enum: ['delivered', 'rejected', 'dropped'] },
    attempts: count,
    answer: text,
  }),
  Incident: incident,
  Sample: object(
    {
      at: instant,
      latencyMs: number,
      status,
      message: text,
      phases: ref('Phases'),
      note,
      unjudged,
      performance: list(ref('PerformanceValue')),
    },
    ['message', 'phases', 'performance', 'note', 'unjudged'],
  ),
  State: object({ ...stateProperties, config: configOrNull }, ['config']),
  StateList: list(ref('State')),
  StateDetail: object({
    ...stateProperties,
    config: configOrNull,
    results: { ...list(ref('Sample')), description: 'Recent results, oldest first.' },
    incidents: { ...list(ref('Incident')), description: 'Newest first.' },
    told: { ...map(told), description: 'Last notification of the open incident, by alerter.' },
    owed: {
      ...list(object({ alerter: text, type: text, createdAt: instant })),
      description: 'Pending notifications.',
    },
    assignment: { oneOf: [ref('AssignmentFacts'), { type: 'null' }] },
    revision: count,
  }),
  Results: { ...map(list(ref('Sample'))), description: 'Results by monitor, oldest first.' },
  AssignmentFacts: object({
    workerId: text,
    phase: { type: 'string', enum: [...PHASES] },
    assignedAt: instant,
  }),
  Event: object(
    {
      id: text,
      type: { type: 'string', enum: [...EVENT_TYPES] },
      message: text,
      timestamp: instant,
      memberid: text,
      monitor: text,
      alerter: text,
      details: { type: 'object', additionalProperties: true },
    },
    ['monitor', 'alerter', 'details'],
  ),
  EventList: { oneOf: [map(ref('Event')), list(ref('Event'))] },
  SchemaMap: map(object({ summary: text, schema: { type: 'object', additionalProperties: true } })),
  Stream: {
    type: 'string',
    contentMediaType: 'text/event-stream',
    description: 'The data of each event is one of StateChange, Event, MonitorChange, MemberChange.',
    contentSchema: {
      anyOf: [ref('StateChange'), ref('Event'), ref('MonitorChange'), ref('MemberChange'), ref('StreamControl')],
    },
  },
  StateChange: { oneOf: [object(stateProperties), object({ check: text, name: text, removed: flag })] },
  MonitorChange: {
    oneOf: [object({ name: text, revision: count, config: configOrNull }), object({ name: text, removed: flag })],
  },
  MemberChange: { oneOf: [ref('Member'), object({ MemberID: text, removed: flag })] },
  StreamControl: object({ revision: count }),
  Health: object({ status: text }),
  Readiness: object({ status: text, missing: { ...map(text), description: 'Missing requirements, by name.' } }),
  LoggedErrors: list(
    object({ timestamp: instant, type: { type: 'string', enum: ['error', 'warning'] }, message: text, monitor: text }, [
      'monitor',
    ]),
  ),
  Metrics: { type: 'string', description: 'Prometheus text format 0.0.4.' },
};

/** All schemas of the document; those of monitors and alerters from their settings classes. */
export function components(): Record<string, JsonSchema> {
  return {
    ...fixed,
    ...variants('Monitor', monitorSchemas()),
    ...variants('Alerter', alerterSchemas()),
    MonitorOrMessage: { anyOf: [ref('Monitor'), ref('StatusMessage')] },
  };
}

/**
 * A default is what is meant where an attribute is left out. Answers leave it out, too, and generated clients take an attribute with a
 * `default` for one that is always there: here the description tells it.
 */
function withoutDefaults({ default: value, ...schema }: JsonSchema): JsonSchema {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  return {
    ...schema,
    ...(value === undefined
      ? {}
      : { description: `${String(schema['description'])} Default: \`${String(value)}\`.`, 'x-default': value }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, withoutDefaults(property)]),
      ),
    }),
  };
}

/** `HttpMonitor`, `Monitor` as one of them, and the same with a name, in lists. */
function variants(noun: string, types: TypeSchemas): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {};
  const mapping: Record<string, string> = {};
  const named: Record<string, string> = {};
  for (const [type, { summary, schema: settings }] of Object.entries(types)) {
    const schema = withoutDefaults(settings);
    const name = `${type[0]?.toUpperCase()}${type.slice(1).replace(/[^A-Za-z0-9]+/g, '')}${noun}`;
    mapping[type] = `#/components/schemas/${name}`;
    named[type] = `#/components/schemas/Named${name}`;
    schemas[name] = { description: summary, ...schema };
    schemas[`Named${name}`] = {
      description: summary,
      ...schema,
      properties: { name: text, ...(schema['properties'] as object) },
      required: ['name', ...(schema['required'] as string[])],
    };
  }
  const union = (targets: Record<string, string>): JsonSchema => ({
    oneOf: Object.values(targets).map(($ref) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: targets },
  });
  return {
    ...schemas,
    [noun]: union(mapping),
    [`Named${noun}`]: union(named),
    [`${noun}Map`]: map(ref(noun)),
    [`${noun}List`]: { oneOf: [map(ref(noun)), list(ref(`Named${noun}`))] },
  };
}
