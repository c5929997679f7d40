import { type PendingReport, REPORT_OUTCOMES, ReportSettings, type SentReport } from '@9volt/contracts';
import { bodySchema } from '../common/body-schema.js';
import { EXAMPLE_AT } from '../common/example-facts.js';
import {
  component,
  count,
  flag,
  instant,
  instantOrNull,
  list,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Shape,
  text,
  textOrNull,
} from '../common/shape.js';

const config = {
  title: 'Report shop',
  schedule: '0 8 1 * *',
  'time-zone': 'Europe/Berlin',
  period: 'previous-month',
  tags: ['shop'],
  alerters: ['team-mail'],
};

export const ReportConfig = component<object>(
  'ReportConfig',
  { ...bodySchema(ReportSettings), description: 'A report that 9volt sends by mail.' },
  config,
);

const pending = object(
  {
    id: text,
    alerter: text,
    dueAt: instant,
    asked: { ...flag, description: 'A person asked for it.' },
    since: instant,
    attempts: count,
    nextAt: { ...instant, description: 'No attempt before.' },
    answer: { ...text, description: 'What the last attempt brought.' },
    reached: { ...list(text), description: 'Recipients that have it.' },
  },
  ['asked', 'answer', 'reached'],
);
const sent = object(
  {
    dueAt: instant,
    at: instant,
    alerter: text,
    outcome: oneOfTexts(REPORT_OUTCOMES),
    subject: text,
    answer: text,
  },
  ['subject'],
);

export interface ShownReportEntry {
  name: string;
  config: object | null;
  reason: string | null;
  monitors: number;
  nextAt: string | null;
  pending: PendingReport[];
  sent: SentReport[];
}

export const ShownScheduledReport = component<ShownReportEntry>(
  'ShownScheduledReport',
  object({
    name: text,
    config: orNull(ref('ReportConfig')),
    reason: { ...textOrNull, description: 'Why the entry in etcd is invalid. Null if it is valid.' },
    monitors: { ...count, description: 'Number of monitors that it is about at present.' },
    nextAt: { ...instantOrNull, description: 'When it is due next.' },
    pending: { ...list(pending), description: 'What the leader has still to send.' },
    sent: { ...list(sent), description: 'The last 20 deliveries, newest first.' },
  }) as never,
  {
    name: 'shop-monthly',
    config,
    reason: null,
    monitors: 2,
    nextAt: '2026-07-01T06:00:00.000Z',
    pending: [],
    sent: [
      {
        dueAt: EXAMPLE_AT,
        at: EXAMPLE_AT,
        alerter: 'team-mail',
        outcome: 'sent',
        subject: 'Report shop, May 2026: 99.93 % up, 3 incidents',
        answer: '250 2.0.0 OK',
      },
    ],
  },
);
export const ScheduledReportList = component('ScheduledReportList', list(ref(ShownScheduledReport)), [
  ShownScheduledReport.example as ShownReportEntry,
]);

export const ReportPreview = component(
  'ReportPreview',
  object({
    subject: text,
    text: { ...text, description: 'The mail as plain text.' },
    html: { ...text, description: 'The mail as a page.' },
  }),
  {
    subject: 'Report shop, May 2026: 99.93 % up, 3 incidents',
    text: 'Report shop, May 2026: 99.93 % up, 3 incidents\n',
    html: '<!DOCTYPE html><html><body><h2>Report shop, May 2026: 99.93 % up, 3 incidents</h2></body></html>',
  },
);
export type ReportPreview = Shape<typeof ReportPreview>;
