import { type Grouping, GROUPINGS, type ReportLine } from '@9volt/contracts';
import { EXAMPLE_AT } from '../common/example-facts.js';
import {
  component,
  count,
  instant,
  list,
  number,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Schema,
  text,
} from '../common/shape.js';
import { partial, UptimeOfTime } from '../history/history.dto.js';

const ms = (description: string): Schema<number> => ({ ...count, description });
const msOrNull = (description: string): Schema<number | null> => ({ ...orNull(count), description });

const line = object({
  name: { ...text, description: 'The monitor or the group; empty in the total.' },
  monitors: count,
  ...(UptimeOfTime.schema as unknown as { properties: object }).properties,
  downMs: ms('Time in which checks found the target down.'),
  unwatchedMs: ms('Time in which nobody watched, or checks had no verdict.'),
  maintenanceMs: ms('Time in maintenance. It does not count as up or down.'),
  runs: { ...count, description: 'Checks.' },
  failures: { ...count, description: 'Checks with the result critical.' },
  incidents: { ...count, description: 'Incidents that were open in this time.' },
  longestMs: msOrNull('The longest incident, as far as it was in this time.'),
  meanToRecoveryMs: msOrNull('Mean length of the incidents that ended.'),
  slo: {
    ...orNull(
      object({
        target: { ...number, description: 'From 0 to 1.' },
        budgetMs: ms('How long the target may be down in the watched time.'),
        usedMs: count,
        left: { ...number, description: 'Share of the budget that is left; negative if more was used.' },
      }),
    ),
    description: 'The error budget of a monitor with `slo-uptime`.',
  },
}) as Schema<ReportLine>;

export const ReportRow = component<ReportLine>('ReportRow', line);

const row: ReportLine = {
  name: 'shop-home',
  monitors: 1,
  uptime: { min: 0.9972, max: 1 },
  watched: 0.9972,
  downMs: 60_000,
  unwatchedMs: 7_000,
  maintenanceMs: 0,
  runs: 8_640,
  failures: 6,
  incidents: 1,
  longestMs: 60_000,
  meanToRecoveryMs: 60_000,
  slo: { target: 0.999, budgetMs: 86_000, usedMs: 60_000, left: 0.302 },
};

export interface ShownReport {
  from: string;
  to: string;
  groupBy: Grouping;
  incidentsFrom: string;
  partial: boolean;
  total: ReportLine;
  rows: ReportLine[];
}

export const Report = component<ShownReport>(
  'Report',
  object({
    from: { ...instant, description: 'Begin of the period that it falls into: a minute, an hour or a day (UTC).' },
    to: instant,
    groupBy: oneOfTexts(GROUPINGS),
    incidentsFrom: { ...instant, description: 'Earlier incidents are no longer stored, and not counted.' },
    partial,
    total: ref(ReportRow),
    rows: { ...list(ref(ReportRow)), description: 'In the order of names.' },
  }) as Schema<ShownReport>,
  {
    from: EXAMPLE_AT,
    to: '2026-06-02T12:00:00.000Z',
    groupBy: 'monitor',
    incidentsFrom: EXAMPLE_AT,
    partial: false,
    total: { ...row, name: '', slo: null },
    rows: [row],
  },
);
