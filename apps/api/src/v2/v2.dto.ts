import { DERIVED_STATUSES, EVENT_TYPES, QUIET_REASONS, STATUSES } from '@9volt/contracts';
import { monitorTypes } from '@9volt/monitors';
import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import { Origin } from '../common/origin.dto.js';
import { Problem } from '../common/problem.dto.js';
import { PerformanceValue, Phases } from '../common/result.dto.js';
import {
  anything,
  component,
  count,
  flag,
  instant,
  instantOrNull,
  list,
  number,
  numberOrNull,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Schema,
  type Shape,
  status,
  text,
  textOrNull,
  texts,
} from '../common/shape.js';

function oneOfOrNull<T extends string>(values: readonly T[]): Schema<T | null> {
  return { type: ['string', 'null'], enum: [...values, null] };
}

const revision = { ...count, description: 'Send it as `If-Match`, in quotes, to change only this version.' };
const origin = { ...orNull(ref(Origin)), description: 'Where it comes from; null if nobody noted it.' };
const message = { ...textOrNull, description: 'Null if there is nothing to say.' };

const MonitorEntry = component(
  'MonitorEntry',
  object({
    name: text,
    revision,
    origin,
    config: { ...ref('Monitor'), description: 'With the attribute names of the files; secrets are masked.' },
  }),
);

const AlerterEntry = component('AlerterEntry', object({ name: text, revision, origin, config: ref('Alerter') }));

const MonitorStatus = component(
  'MonitorStatus',
  object({
    name: text,
    type: oneOfOrNull([...monitorTypes.keys()]),
    target: textOrNull,
    tags: texts,
    worker: { ...orNull(object({ id: text, name: textOrNull })), description: 'The worker that runs it.' },
    status: oneOfTexts(DERIVED_STATUSES),
    storedStatus: oneOfOrNull(STATUSES),
    reason: { ...textOrNull, description: 'Why `status` differs from the stored one.' },
    since: instantOrNull,
    failures: { ...count, description: 'Consecutive failures.' },
    message,
    checkedAt: instantOrNull,
    nextCheckAt: instantOrNull,
    latencyMs: { ...numberOrNull, description: 'To a tenth of a millisecond.' },
    performance: list(ref(PerformanceValue)),
    incident: { ...textOrNull, description: 'Id of the open incident.' },
    quiet: oneOfOrNull(QUIET_REASONS),
    recovering: flag,
    origin,
  }),
  {
    name: 'shop-home',
    type: 'http',
    target: 'https://shop.example.com/',
    tags: ['shop'],
    worker: { id: EXAMPLE_WORKER, name: 'worker-1' },
    status: 'critical',
    storedStatus: 'critical',
    reason: null,
    since: EXAMPLE_AT,
    failures: 3,
    message: "Received status code '503' does not match expected status code '200'",
    checkedAt: EXAMPLE_AT,
    nextCheckAt: '2026-06-01T12:00:10.000Z',
    latencyMs: 12.4,
    performance: [],
    incident: '1042.7',
    quiet: null,
    recovering: false,
    origin: { from: 'files', set: 'shop' },
  },
);
export type ShownStatus = Shape<typeof MonitorStatus>;

const EventEntry = component(
  'EventEntry',
  object({
    id: text,
    type: oneOfTexts(EVENT_TYPES),
    message: text,
    at: instant,
    memberId: text,
    monitor: textOrNull,
    alerter: textOrNull,
    details: orNull(anything),
  }),
  {
    id: '0mbd3k9x40000abcdefghijk',
    type: 'status-changed',
    message: 'shop-home: ok -> critical',
    at: EXAMPLE_AT,
    memberId: EXAMPLE_WORKER,
    monitor: 'shop-home',
    alerter: null,
    details: null,
  },
);
export type ShownEvent = Shape<typeof EventEntry>;

const RunResult = component(
  'RunResult',
  object({
    status,
    message,
    latencyMs: { ...number, description: 'To a tenth of a millisecond.' },
    expected: textOrNull,
    found: textOrNull,
    phases: orNull(ref(Phases)),
    performance: list(ref(PerformanceValue)),
    note: textOrNull,
  }),
  {
    status: 'ok',
    message: null,
    latencyMs: 12.4,
    expected: null,
    found: null,
    phases: { lookup: 0.8, connect: 3.1, firstByte: 8.2 },
    performance: [],
    note: null,
  },
);
export type ShownRun = Shape<typeof RunResult>;

const OPS = ['put', 'patch', 'delete'] as const;
const op = oneOfTexts(OPS);

const BulkRequest = component(
  'BulkRequest',
  object({
    operations: list(
      object(
        {
          op,
          name: text,
          config: { ...anything, description: 'Of put: the configuration; of patch: a merge patch.' },
          revision: { ...count, description: 'Only if the stored one has this revision.' },
        },
        ['config', 'revision'],
      ),
    ),
  }),
  { operations: [{ op: 'patch', name: 'shop-home', config: { disable: true } }] },
);

const BulkAnswer = component(
  'BulkAnswer',
  object({
    succeeded: count,
    failed: count,
    results: {
      ...list(
        object({
          op,
          name: text,
          ok: flag,
          revision: { ...orNull(count), description: 'Null after a deletion or an error.' },
          error: orNull(ref(Problem)),
        }),
      ),
      description: 'One of each operation, in their order.',
    },
  }),
  { succeeded: 1, failed: 0, results: [{ op: 'patch', name: 'shop-home', ok: true, revision: 1043, error: null }] },
);
export type ShownBulk = Shape<typeof BulkAnswer>;

const MonitorEntryList = component('MonitorEntryList', list(ref(MonitorEntry)));
const AlerterEntryList = component('AlerterEntryList', list(ref(AlerterEntry)));
const MonitorStatusList = component('MonitorStatusList', list(ref(MonitorStatus)), [MonitorStatus.example] as never);
const EventEntryList = component('EventEntryList', list(ref(EventEntry)), [EventEntry.example] as never);

export const V2_DTOS = [
  ...[MonitorEntry, MonitorEntryList, AlerterEntry, AlerterEntryList, MonitorStatus, MonitorStatusList],
  ...[EventEntry, EventEntryList, RunResult, BulkRequest, BulkAnswer],
];
