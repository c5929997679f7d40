import {
  BURN_KINDS,
  DERIVED_STATUSES,
  HOLD_REASONS,
  QUIET_REASONS,
  type QuietReason,
  type Status,
  STATUSES,
} from '@9volt/contracts';
import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import {
  component,
  count,
  flag,
  instant,
  instantOrNull,
  list,
  map,
  number,
  numberOrNull,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Schema,
  type Shape,
  text,
  textOrNull,
  texts,
  told,
} from '../common/shape.js';
import { Origin } from '../common/origin.dto.js';
import { columnUptime, UPTIME_EXAMPLE, recentUptime } from '../history/history.dto.js';
import { Ack, Pause } from '../quiet/quiet.dto.js';
import { PerformanceValue, Sample } from '../common/result.dto.js';

const stored: Schema<Status | null> = { type: ['string', 'null'], enum: [...STATUSES, null] };

const quietReason: Schema<QuietReason | null> = { type: ['string', 'null'], enum: [...QUIET_REASONS, null] };

const properties = {
  check: { ...text, description: 'Name of the monitor.' },
  name: { ...text, description: 'The same.' },
  type: textOrNull,
  target: { ...textOrNull, description: 'Target of the check, in one line.' },
  tags: texts,
  owner: { ...textOrNull, description: 'Id of the worker that runs the monitor.' },
  ownerName: textOrNull,
  status: { ...oneOfTexts(DERIVED_STATUSES), description: 'Status to show.' },
  stored: { ...stored, description: 'Status as stored, even if it is out of date.' },
  reason: { ...textOrNull, description: 'Reason why `status` differs from the stored one.' },
  since: instantOrNull,
  count: { ...count, description: 'Consecutive failures, all of them.' },
  message: { ...text, description: '`N/A` when ok.' },
  date: { ...instantOrNull, description: 'When the state was written.' },
  lastRun: instantOrNull,
  latencyMs: numberOrNull,
  performance: { ...list(ref(PerformanceValue)), description: 'Measured values of the last check.' },
  nextDue: instantOrNull,
  incident: { ...textOrNull, description: 'Id of the open incident.' },
  quiet: {
    ...quietReason,
    description:
      'Why alarms of the monitor are held back, or would be: the first reason that applies. Null if they are sent. A silence of the monitor is shown even while the monitor is ok.',
  },
  origin: {
    ...orNull(ref(Origin)),
    description:
      'Where the monitor comes from; null if nobody noted it. The next push of its files overwrites what is changed elsewhere.',
  },
  recovering: { ...flag, description: 'True while the incident is still open and the latest checks succeed.' },
};
const config = orNull(ref('Monitor'));

const example = {
  check: 'shop-home',
  name: 'shop-home',
  type: 'http',
  target: 'https://shop.example.com/',
  tags: ['shop'],
  owner: EXAMPLE_WORKER,
  ownerName: 'worker-1',
  status: 'critical' as const,
  stored: 'critical' as const,
  reason: null,
  since: EXAMPLE_AT,
  count: 3,
  message: "Received status code '503' does not match expected status code '200'",
  date: EXAMPLE_AT,
  lastRun: EXAMPLE_AT,
  latencyMs: 12.4,
  performance: [{ label: 'time', value: 0.0124, unit: 's', min: 0 }],
  nextDue: '2026-06-01T12:00:10.000Z',
  incident: '1042.7',
  quiet: null,
  origin: { from: 'files' as const, set: 'shop' },
  recovering: false,
  config: {
    type: 'http',
    description: 'Home page of the shop',
    interval: '10s',
    tags: ['shop', 'production'],
    host: 'shop.example.com',
  },
};

/** The answered state of a monitor; the stream omits `config`. */
export const State = component(
  'State',
  object({ ...properties, config, uptime: { ...columnUptime, description: 'Only if requested.' } }, [
    'config',
    'uptime',
  ]),
);
export type ShownState = Shape<typeof State>;

export const StateList = component('StateList', list(ref(State)), [example]);

export const DeliveryRecord = component(
  'DeliveryRecord',
  object(
    {
      alerter: text,
      type: oneOfTexts(['resolve', 'warning', 'critical', 'unknown']),
      at: instant,
      outcome: oneOfTexts(['delivered', 'rejected', 'dropped']),
      attempts: count,
      answer: text,
      note: {
        ...oneOfTexts(['acknowledged', 'unacknowledged']),
        description: 'Present if it was a note about an acknowledgement: no alarm.',
      },
      reference: { ...text, description: "The provider's name of the message." },
    },
    ['note', 'reference'],
  ),
);

const INCIDENT = {
  id: '1042.7',
  n: 7,
  openedAt: EXAMPLE_AT,
  closedAt: null,
  worst: 'critical' as const,
  message: "Received status code '500'",
  notifications: [
    {
      alerter: 'team-slack',
      type: 'critical' as const,
      at: EXAMPLE_AT,
      outcome: 'delivered' as const,
      attempts: 1,
      answer: 'ok',
    },
  ],
  comments: [{ at: EXAMPLE_AT, author: 'kim', text: 'A cable was cut' }],
};

export const Incident = component(
  'Incident',
  object(
    {
      id: text,
      n: {
        ...count,
        description:
          'Number of the incident: each monitor counts from 1, or on from the records of an earlier one of its name.',
      },
      openedAt: instant,
      closedAt: instantOrNull,
      worst: told,
      message: text,
      reason: oneOfTexts(['recovered', 'removed', 'disabled', 'changed']),
      notifications: list(ref(DeliveryRecord)),
      comments: {
        ...list(object({ at: instant, author: text, text }, ['author'])),
        description: 'Comments of people, oldest first.',
      },
    },
    ['reason'],
  ),
  INCIDENT,
);

export type ShownIncident = Shape<typeof Incident>;

export const AssignmentFacts = component(
  'AssignmentFacts',
  object({ workerId: text, phase: oneOfTexts(['run', 'retire', 'remove', 'deliver']), assignedAt: instant }),
);

const held = {
  ...map(object({ reason: oneOfTexts(HOLD_REASONS), by: text, since: instant, until: instant, text }, ['by', 'until'])),
  description: 'Why an alerter is not notified at present, by alerter.',
};

const burn = object({
  kind: { ...oneOfTexts(BURN_KINDS), description: '`fast` notifies like critical, `slow` like warning.' },
  since: instant,
  message: text,
  told: { ...map(told), description: 'Who was notified of it.' },
  held,
});
export type ShownBurn = Shape<typeof burn>;

const budget = object({
  target: number,
  budgetMs: { ...number, description: 'How long the monitor may be down in the watched part of the window.' },
  usedMs: number,
  left: { ...number, description: 'Share of the budget that is left; negative if more was used.' },
  windowMs: number,
  rates: {
    ...list(
      object({
        window: text,
        rate: { ...numberOrNull, description: 'Null if nobody watched, or if the objective is 100 %.' },
      }),
    ),
    description:
      'How fast the budget burns: 1 is the rate that uses up exactly all of it in the window of the objective.',
  },
  burning: { ...list(burn), description: 'The warnings about it that last.' },
});

export const StateDetail = component(
  'StateDetail',
  object({
    ...properties,
    config,
    results: { ...list(ref(Sample)), description: 'Recent results, oldest first.' },
    incidents: { ...list(ref(Incident)), description: 'Newest first.' },
    told: { ...map(told), description: 'Last notification of the open incident, by alerter.' },
    owed: {
      ...list(object({ alerter: text, type: text, createdAt: instant })),
      description: 'Pending notifications.',
    },
    held,
    ack: orNull(ref(Ack)),
    pause: orNull(ref(Pause)),
    calls: {
      ...orNull(object({ last: instantOrNull, awaitedSince: instant })),
      description:
        'When the job called last, and since when 9volt waits for its calls. Null for types without calls, and while etcd does not answer.',
    },
    assignment: orNull(ref(AssignmentFacts)),
    uptime: {
      ...orNull(recentUptime),
      description: 'Uptime over the time until now. Null while etcd does not answer.',
    },
    budget: {
      ...orNull(budget),
      description: 'The error budget of a monitor with `slo-uptime`. Null for others, and while etcd does not answer.',
    },
    revision: count,
  }),
  {
    ...example,
    results: [{ at: EXAMPLE_AT, latencyMs: 12.4, status: 'ok' }],
    incidents: [INCIDENT],
    told: { 'team-slack': 'critical' },
    owed: [],
    held: {},
    ack: null,
    pause: null,
    calls: null,
    assignment: { workerId: EXAMPLE_WORKER, phase: 'run', assignedAt: EXAMPLE_AT },
    uptime: UPTIME_EXAMPLE,
    budget: {
      ...{ target: 0.999, budgetMs: 2_592_000, usedMs: 780_000, left: 0.699, windowMs: 2_592_000_000 },
      rates: [{ window: '1h', rate: 18.1 }],
      burning: [],
    },
    revision: 1042,
  },
);
export type StateDetail = Shape<typeof StateDetail>;

export const Look = component(
  'Look',
  object({ until: { ...instantOrNull, description: 'Null if people look at too many monitors.' } }),
  { until: EXAMPLE_AT },
);
export type ShownLook = Shape<typeof Look>;

/** In the stream. */
export const ResultChange = component(
  'ResultChange',
  object({
    name: text,
    result: ref(Sample),
    nextDue: { ...instantOrNull, description: 'When it is checked next.' },
    count: { ...count, description: 'Consecutive failures, all of them.' },
  }),
);
export type ResultChange = Shape<typeof ResultChange>;

/** In the stream. */
export const StateChange = component<object>('StateChange', {
  oneOf: [object(properties), object({ check: text, name: text, removed: flag })],
});
