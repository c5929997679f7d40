import {
  type HistoryBucket as Bucket,
  LEVELS,
  MARKS,
  type MonitorHistory,
  type MonitorTimeline,
  type RecentUptime,
  TIME_CLASSES,
  type TimeByClass,
  type UptimeFacts,
} from '@9volt/contracts';
import { EXAMPLE_AT } from '../common/example-facts.js';
import {
  component,
  count,
  instant,
  instantOrNull,
  list,
  map,
  number,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Schema,
  text,
} from '../common/shape.js';
import { Phases } from '../common/result.dto.js';

export const partial: Schema<boolean> = {
  type: 'boolean',
  description: 'True if the archive did not answer in time: then what only the archive has is missing here.',
};
const share: Schema<number> = { type: 'number', minimum: 0, maximum: 1 };
const ms = (description: string): Schema<number> => ({ type: 'number', minimum: 0, description });

const uptime = {
  uptime: {
    ...orNull(object({ min: share, max: share })),
    description:
      'Shares from 0 to 1 between which the uptime lies: `min` counts the time that nobody watched as down, `max` counts it as up. Null if there was nothing to watch.',
  },
  watched: {
    ...orNull(share),
    description:
      'Share of the time in which checks showed whether the target was up. Null if there was nothing to watch.',
  },
};

const facts = object(uptime);
export const UptimeOfTime = component<UptimeFacts>('Uptime', facts);

const time = object(
  Object.fromEntries(TIME_CLASSES.map((name) => [name, ms('Milliseconds.')])),
  [],
  'Milliseconds of each status. `unwatched` is the time that no check covers.',
) as Schema<TimeByClass>;

export const HistoryBucket = component<Bucket>(
  'HistoryBucket',
  object({
    from: instant,
    to: instant,
    ...uptime,
    time,
    runs: { ...count, description: 'Checks.' },
    failures: { ...count, description: 'Checks with the result critical.' },
    overruns: { ...count, description: 'Due checks skipped because the one before was still running.' },
    latency: {
      ...orNull(object({ p50: number, p95: number, p99: number })),
      description: 'Percentiles in milliseconds, with a relative error of at most 5 %. Null without a check.',
    },
    phases: { ...ref(Phases), description: 'Medians of the phases of a check in milliseconds.' },
  }) as Schema<Bucket>,
);

export const HistoryMark = component(
  'HistoryMark',
  object({ at: instant, kind: oneOfTexts(MARKS) }, [], 'What people changed: `edited`, or `target-changed`.'),
);

const HOUR_MS = 3_600_000;
const bucket: Bucket = {
  from: EXAMPLE_AT,
  to: '2026-06-01T13:00:00.000Z',
  uptime: { min: 0.9972, max: 1 },
  watched: 0.9972,
  time: { ok: 3_589_920, warning: 0, critical: 0, unknown: 0, maintenance: 0, disabled: 0, unwatched: 10_080 },
  runs: 359,
  failures: 0,
  overruns: 0,
  latency: { p50: 12.4, p95: 31.9, p99: 62.3 },
  phases: { connect: 3.1, firstByte: 8.2 },
};

const history = object({
  name: text,
  from: { ...instant, description: 'Later than requested if the history begins later.' },
  to: instant,
  step: ms(
    'Length of a bucket in milliseconds: the requested one, or longer if 9volt keeps no finer data of this time.',
  ),
  kept: {
    ...(object(Object.fromEntries(LEVELS.map((level) => [level, number]))) as Schema<MonitorHistory['kept']>),
    description: 'For how long 9volt keeps each resolution at present, in etcd or in the archive, in milliseconds.',
  },
  partial,
  total: { ...orNull(ref(HistoryBucket)), description: 'The whole time. Null if nothing is known about it.' },
  buckets: { ...list(ref(HistoryBucket)), description: 'Oldest first; each begins where the one before it ends.' },
  marks: list(ref(HistoryMark)),
});
export const History = component<MonitorHistory>('History', history, {
  name: 'shop-home',
  from: bucket.from,
  to: bucket.to,
  step: HOUR_MS,
  kept: { minute: 3 * HOUR_MS, hour: 240 * HOUR_MS, day: 2_400 * HOUR_MS },
  partial: false,
  total: bucket,
  buckets: [bucket],
  marks: [{ at: '2026-06-01T12:20:00.000Z', kind: 'target-changed' }],
});

const timeline = object({
  name: text,
  from: { ...instant, description: 'Later than requested if the history begins later.' },
  to: instant,
  partial,
  spans: {
    ...list(
      object({
        from: instant,
        to: { ...instantOrNull, description: 'Null if it has not ended.' },
        status: {
          ...oneOfTexts(TIME_CLASSES),
          description: 'What checks found; `unwatched` if no check covers this time.',
        },
      }),
    ),
    description: 'Oldest first; each begins where the one before it ends.',
  },
  marks: list(ref(HistoryMark)),
});
export const Timeline = component<MonitorTimeline>('Timeline', timeline, {
  name: 'shop-home',
  from: bucket.from,
  to: bucket.to,
  partial: false,
  spans: [
    { from: bucket.from, to: '2026-06-01T12:40:00.120Z', status: 'ok' },
    { from: '2026-06-01T12:40:00.120Z', to: '2026-06-01T12:40:10.200Z', status: 'unwatched' },
    { from: '2026-06-01T12:40:10.200Z', to: null, status: 'ok' },
  ],
  marks: [{ at: '2026-06-01T12:20:00.000Z', kind: 'target-changed' }],
});

const example: UptimeFacts = { uptime: { min: 0.9972, max: 1 }, watched: 0.9972 };
export const UPTIME_EXAMPLE: RecentUptime = { '24h': example, '7d': example, '30d': example, '90d': example };
const recent = object(
  {
    '24h': ref(UptimeOfTime),
    '7d': ref(UptimeOfTime),
    '30d': ref(UptimeOfTime),
    '90d': ref(UptimeOfTime),
    partial,
  },
  ['partial'],
);
export const recentUptime: Schema<RecentUptime> = recent;
export const columnUptime = object({ '24h': ref(UptimeOfTime), '30d': ref(UptimeOfTime) });
export const Uptimes = component(
  'Uptimes',
  { ...map(columnUptime), description: 'Uptimes by monitor.' },
  { 'shop-home': { '24h': example, '30d': example } },
);
