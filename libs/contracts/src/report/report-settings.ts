import type { Cron } from 'croner';
import { Choice, Duration, Text, TextList } from '../settings/decorators.js';
import { parseDuration } from '../settings/duration.js';
import type { FieldError } from '../settings/errors.js';
import { type CrossChecked, fault } from '../settings/validate-settings.js';
import { isSchedule, isTimeZone, scheduleOf } from '../quiet/schedule.js';
import { isInGroup } from '../status-page/in-group.js';

export const GROUPINGS = ['monitor', 'tag', 'type', 'member-tag'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const REPORT_PERIODS = ['previous-day', 'previous-week', 'previous-month', 'previous-quarter'] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

const DAY_MS = 86_400_000;

/** A report that 9volt sends by mail at certain times: `report/<name>`. */
export class ReportSettings implements CrossChecked {
  @Text({
    doc: 'What the report is about. The subject of the mail begins with it.',
    required: true,
    maxLength: 200,
    example: 'Report shop',
    group: 'common',
  })
  title!: string;

  @Text({
    doc: 'Text above the table.',
    multiline: true,
    maxLength: 4_096,
    example: 'For questions: operations@example.com',
    group: 'common',
  })
  description?: string;

  @Text({
    doc: 'When 9volt sends it: a cron expression of minute, hour, day of month, month and day of week.',
    required: true,
    example: '0 8 1 * *',
    group: 'common',
    maxLength: 200,
  })
  schedule!: string;

  @Text({
    doc: 'IANA time zone of the schedule. A time that the change to summer time skips moves to the next hour that exists; one that occurs twice counts once.',
    example: 'Europe/Berlin',
    default: 'UTC',
    group: 'common',
    notEmpty: true,
    maxLength: 100,
  })
  'time-zone'?: string;

  @Choice({
    doc: 'The time that it is about. Days are those of UTC; weeks begin on Monday.',
    values: REPORT_PERIODS,
    example: 'previous-month',
    group: 'common',
  })
  period?: ReportPeriod;

  @Duration({
    doc: 'Instead of a period: the time until the report is due.',
    example: '30d',
    group: 'common',
    minimumMs: 3_600_000,
  })
  last?: string;

  @TextList({
    doc: 'Names of monitors. In a name, * stands for any characters and ? for one. Without names and tags: all monitors.',
    example: ['shop-*'],
    group: 'common',
    refersTo: 'monitor',
  })
  monitors?: string[];

  @TextList({ doc: 'Also the monitors that have all of these tags.', example: ['shop'], group: 'common' })
  tags?: string[];

  @Choice({
    doc: 'What a row is about. A monitor with several tags counts in each of them.',
    values: GROUPINGS,
    default: 'monitor',
    group: 'common',
  })
  'group-by'?: Grouping;

  @TextList({
    doc: 'Names of alerters of the type email, to which 9volt sends the report.',
    required: true,
    example: ['team-mail'],
    group: 'common',
    refersTo: 'alerter',
  })
  alerters!: string[];

  crossCheck(): FieldError[] {
    const faults: FieldError[] = [];
    const { schedule, period, last, alerters } = this;
    const zone = this['time-zone'];
    if (zone !== undefined && !isTimeZone(zone)) {
      faults.push(fault('/time-zone', zone, 'an IANA time zone such as "Europe/Berlin"'));
    } else if (!isSchedule(schedule, zone)) {
      faults.push(fault('/schedule', schedule, 'a cron expression of five fields such as "0 8 1 * *"'));
    }
    if ((period === undefined) === (last === undefined)) {
      const expected = 'either period or last';
      faults.push({ path: '', expected, message: `the time of the report is not clear; expected ${expected}` });
    }
    if (alerters.length === 0) faults.push(fault('/alerters', alerters, 'at least one alerter'));
    return faults;
  }
}

/** Whether a report is about a monitor. */
export function isReported(
  { monitors, tags }: Pick<ReportSettings, 'monitors' | 'tags'>,
  monitor: { name: string; tags?: readonly string[] | undefined },
): boolean {
  if ((monitors?.length ?? 0) + (tags?.length ?? 0) === 0) return true;
  return isInGroup({ ...(monitors ? { monitors } : {}), ...(tags ? { tags } : {}) }, monitor);
}

/** The values that a row may be about, of one monitor. */
export function groupsOf(
  settings: { tags?: readonly string[]; type: string; 'member-tag'?: string } | undefined,
  by: Grouping,
): readonly string[] {
  switch (by) {
    case 'monitor':
      return [];
    case 'tag':
      return settings?.tags ?? [];
    case 'type':
      return settings ? [settings.type] : [];
    case 'member-tag':
      return [settings?.['member-tag'] ?? ''];
  }
}

/** The last time at which a report was due, after `since` and not after `now`. Times are milliseconds since the epoch. */
export function lastDue(
  { schedule, 'time-zone': zone }: Pick<ReportSettings, 'schedule' | 'time-zone'>,
  since: number,
  now: number,
): number | undefined {
  const cron = scheduleOf(schedule, zone);
  let found: number | undefined;
  for (let next = after(cron, since); next !== undefined && next <= now; next = after(cron, next)) found = next;
  return found;
}

export function nextDue(
  { schedule, 'time-zone': zone }: Pick<ReportSettings, 'schedule' | 'time-zone'>,
  now: number,
): number | undefined {
  return after(scheduleOf(schedule, zone), now);
}

function after(cron: Cron, ms: number): number | undefined {
  return cron.nextRun(new Date(ms))?.getTime();
}

export interface ReportTime {
  from: number;
  to: number;
  /** In words: `October 2026`. */
  label: string;
}

/**
 * The time that a report is about which is due at an instant. East of UTC the last day of a period may not have ended in UTC when its
 * report is due: then the time ends with that instant, and begins as much earlier, so that no report lacks the last hours.
 */
export function reportTimeOf(
  { period, last, 'time-zone': zone }: Pick<ReportSettings, 'period' | 'last' | 'time-zone'>,
  dueAt: number,
): ReportTime {
  if (period === undefined) {
    const lengthMs = parseDuration(last ?? '24h');
    return { from: dueAt - lengthMs, to: dueAt, label: `last ${last ?? '24h'}` };
  }
  const { from, to, label } = periodOf(period, zone, dueAt);
  const early = Math.max(0, to - dueAt);
  return { from: from - early, to: to - early, label };
}

function periodOf(period: ReportPeriod, zone: string | undefined, dueAt: number): ReportTime {
  const { year, month, day } = dateIn(zone, dueAt);
  const at = (y: number, m: number, d: number): number => Date.UTC(y, m, d);
  const today = at(year, month, day);
  switch (period) {
    case 'previous-day':
      return { from: today - DAY_MS, to: today, label: dayText(today - DAY_MS) };
    case 'previous-week': {
      const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY_MS;
      return { from: monday - 7 * DAY_MS, to: monday, label: `week of ${dayText(monday - 7 * DAY_MS)}` };
    }
    case 'previous-month': {
      const from = at(year, month - 1, 1);
      const label = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(from);
      return { from, to: at(year, month, 1), label };
    }
    case 'previous-quarter': {
      const first = month - (month % 3);
      const from = at(year, first - 3, 1);
      const start = new Date(from);
      return {
        from,
        to: at(year, first, 1),
        label: `quarter ${start.getUTCMonth() / 3 + 1} of ${start.getUTCFullYear()}`,
      };
    }
  }
}

/** The date in a time zone; the month is from 0. */
function dateIn(timeZone = 'UTC', ms: number): { year: number; month: number; day: number } {
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: 'numeric', day: 'numeric' });
  const of = new Map(parts.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  return { year: of.get('year') ?? 0, month: (of.get('month') ?? 1) - 1, day: of.get('day') ?? 1 };
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
