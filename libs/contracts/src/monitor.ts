import { Shown } from './settings/attribute.js';
import { ownOf } from './settings/by-name.js';
import { formatDuration, parseDuration } from './settings/duration.js';
import type { FieldError } from './settings/errors.js';
import { Choice, Decimal, Duration, Escalation, Flag, Integer, Text, TextList, Time } from './settings/decorators.js';
import { type CrossChecked, fault } from './settings/validate-settings.js';

/** Additional recipients when an alarm lasts. */
export interface EscalationStep {
  /** Since the first alarm of the present status. A duration. */
  after: string;
  /** Names of alerters. */
  alerter: string[];
}

/**
 * The attributes of every monitor. Each type extends this class beside its probe. Property names are the attribute names of the
 * YAML. 9volt stores what the operator wrote and applies defaults when a check runs; it never writes them back.
 */
@Shown('interval', 'critical-alerter')
export class MonitorSettings implements CrossChecked {
  @Text({ doc: 'Type of the monitor.', required: true, example: 'http', group: 'common' })
  type!: string;

  @Text({
    doc: 'Purpose of this monitor. Alerts show it.',
    example: 'Home page of the shop',
    group: 'common',
    maxLength: 4_096,
  })
  description?: string;

  @Duration({
    doc: 'Time between two checks, from 1 ms to 1 year.',
    required: true,
    example: '10s',
    group: 'common',
    minimumMs: 1,
  })
  interval!: string;

  @TextList({ doc: 'Labels to filter states by.', example: ['shop', 'production'], group: 'common' })
  tags?: string[];

  @Flag({ doc: 'Stops the checks of this monitor. An open incident is closed.', default: false, group: 'common' })
  disable?: boolean;

  @Time({
    doc: 'Stops the checks until this time; they then start again by themselves.',
    example: '2026-12-24T18:00:00Z',
    group: 'common',
  })
  'disable-until'?: string;

  @Text({
    doc: 'Only workers with this tag run the monitor. If not set, only workers without tags run it.',
    example: 'eu-west',
    group: 'common',
    notEmpty: true,
    maxLength: 200,
  })
  'member-tag'?: string;

  @Choice({
    doc: 'Whether the worker continues or stops this monitor while it cannot reach etcd. If it continues, another worker may run the monitor at the same time. Choose stop for a check that must never run twice at once.',
    values: ['continue', 'stop'],
    default: 'continue',
    group: 'common',
  })
  'on-detach'?: 'continue' | 'stop';

  @Integer({
    doc: 'Number of consecutive failures that make the state warning. 0 means never.',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    example: 1,
    group: 'alerting',
  })
  'warning-threshold'?: number;

  @Integer({
    doc: 'Number of consecutive failures that make the state critical. 0 means never; if both thresholds are 0, the first failure is critical.',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    example: 3,
    group: 'alerting',
  })
  'critical-threshold'?: number;

  @TextList({
    doc: 'Names of the alerters that 9volt notifies when the state becomes warning.',
    example: ['team-slack'],
    group: 'alerting',
    refersTo: 'alerter',
  })
  'warning-alerter'?: string[];

  @TextList({
    doc: 'Names of the alerters that 9volt notifies when the state becomes critical.',
    example: ['team-slack', 'on-call'],
    group: 'alerting',
    refersTo: 'alerter',
  })
  'critical-alerter'?: string[];

  @Duration({
    doc: 'Time after which an alarm is sent again while the incident lasts and nobody has acknowledged it. If not set, an alarm is sent once.',
    example: '4h',
    group: 'alerting',
    minimumMs: 1_000,
  })
  'renotify-interval'?: string;

  @Escalation({
    doc: 'Alerters that 9volt notifies as well when an alarm lasts and nobody has acknowledged it. The time counts from the first alarm of the present status.',
    example: [{ after: '15m', alerter: ['boss'] }],
    group: 'alerting',
  })
  escalate?: EscalationStep[];

  @Integer({
    doc: 'Number of consecutive successes that close an incident.',
    default: 1,
    minimum: 1,
    maximum: 1_000,
    example: 3,
    group: 'alerting',
  })
  'recovery-threshold'?: number;

  @TextList({
    doc: 'Names of the monitors without which this one cannot work, its parents. While one of them is not ok, alarms of this monitor are held.',
    example: ['router'],
    group: 'alerting',
    refersTo: 'monitor',
  })
  'depends-on'?: string[];

  @Duration({
    doc: 'Longest time that an alarm waits for the next check of a parent. If not set: the interval and the timeout of the parent.',
    example: '1m',
    group: 'alerting',
    minimumMs: 1,
  })
  'depends-wait'?: string;

  @Flag({
    doc: 'Whether 9volt detects that the monitor flaps. While it flaps, each alerter is notified once, and once more when it stops.',
    default: false,
    group: 'alerting',
  })
  'detect-flapping'?: boolean;

  @Integer({
    doc: 'Share of changes among the last 20 results, in percent, at which flapping begins. Later changes count more.',
    default: 30,
    minimum: 1,
    maximum: 100,
    group: 'alerting',
  })
  'flapping-start'?: number;

  @Integer({
    doc: 'Share of changes below which flapping ends.',
    default: 25,
    minimum: 1,
    maximum: 100,
    group: 'alerting',
  })
  'flapping-end'?: number;

  @Decimal({
    doc: 'Uptime that the target should have, in percent (a service level objective). Reports show how much of the error budget is left, and 9volt notifies when it burns too fast.',
    example: 99.9,
    minimum: 1,
    maximum: 100,
    group: 'alerting',
  })
  'slo-uptime'?: number;

  @Duration({
    doc: 'Time over which slo-uptime counts, from 7 to 90 days. The windows in which 9volt looks for burning are shares of it.',
    default: '30d',
    example: '28d',
    group: 'alerting',
    minimumMs: 604_800_000,
  })
  'slo-window'?: string;

  @TextList({
    doc: 'Names of the alerters that 9volt notifies when the error budget burns too fast, instead of the critical-alerter for a fast burn and the warning-alerter for a slow one. An empty list: nobody.',
    example: ['team-slack'],
    group: 'alerting',
    refersTo: 'alerter',
  })
  'slo-alerter'?: string[];

  /** Subclasses extend this and append their own faults. */
  crossCheck(): FieldError[] {
    const faults: FieldError[] = [];
    const warning = this['warning-threshold'] ?? 0;
    const critical = this['critical-threshold'] ?? 0;
    if (warning !== 0 && critical !== 0 && warning > critical) {
      faults.push({
        path: '/warning-threshold',
        value: warning,
        expected: `at most the critical-threshold, ${critical}`,
        message: `warning-threshold: ${warning} is above the critical-threshold; expected at most ${critical}`,
      });
    }
    const { start, end } = flappingThresholdsOf(this);
    if (end > start) faults.push(fault('/flapping-end', end, `at most the flapping-start, ${start}`));
    const window = this['slo-window'];
    if (window !== undefined && parseDuration(window) > MAX_SLO_WINDOW_MS) {
      faults.push(fault('/slo-window', window, 'at most 90d'));
    }
    return faults;
  }
}

const MAX_SLO_WINDOW_MS = 90 * 86_400_000;
const SLO_WINDOW_MS = 30 * 86_400_000;

/** The service level objective of a monitor, if it has one: a share from 0 to 1, and the time over which it counts. */
export function sloOf(settings: MonitorSettings): { target: number; windowMs: number; scale: number } | undefined {
  const percent = settings['slo-uptime'];
  if (percent === undefined) return undefined;
  const written = settings['slo-window'];
  const windowMs = written === undefined ? SLO_WINDOW_MS : parseDuration(written);
  return { target: Number((percent / 100).toPrecision(12)), windowMs, scale: windowMs / SLO_WINDOW_MS };
}

/** Percentages at which flapping begins and below which it ends: those of Icinga 2. */
export function flappingThresholdsOf(settings: MonitorSettings): { start: number; end: number } {
  return { start: settings['flapping-start'] ?? 30, end: settings['flapping-end'] ?? 25 };
}

/** Every alerter that a monitor may notify, with the path of the attribute that names it. */
export function alerterReferencesOf(settings: MonitorSettings): { name: string; path: string }[] {
  const inList = (path: string, names: readonly string[] = []): { name: string; path: string }[] =>
    names.map((name, n) => ({ name, path: `${path}/${n}` }));
  return [
    ...inList('/warning-alerter', settings['warning-alerter']),
    ...inList('/critical-alerter', settings['critical-alerter']),
    ...inList('/slo-alerter', settings['slo-alerter']),
    ...(settings.escalate ?? []).flatMap(({ alerter }, n) => inList(`/escalate/${n}/alerter`, alerter)),
  ];
}

/** Milliseconds between two checks. */
export function intervalMsOf(settings: MonitorSettings): number {
  return parseDuration(settings.interval);
}

/**
 * The timeout of a check in milliseconds: the written one, else the smaller of the type's default and max(interval, 1 s), so a
 * short interval needs no explicit timeout.
 */
export function effectiveTimeoutMs(written: string | undefined, defaultMs: number, intervalMs: number): number {
  return written === undefined ? Math.min(defaultMs, Math.max(intervalMs, 1_000)) : parseDuration(written);
}

/** The fault of a written timeout that is not below the interval, if any. */
export function timeoutFault(settings: MonitorSettings, attribute: string): FieldError[] {
  const written = ownOf(settings as unknown as Record<string, unknown>, attribute);
  if (written === undefined) return [];
  const intervalMs = intervalMsOf(settings);
  if (parseDuration(written) < intervalMs) return [];
  return [
    {
      path: `/${attribute}`,
      value: written,
      expected: `less than the interval, ${formatDuration(intervalMs)}`,
      message: `${attribute}: ${JSON.stringify(written)} is not below the interval; expected less than ${formatDuration(intervalMs)}`,
    },
  ];
}

/** The number of consecutive failures that leads to each state; undefined if that state is never reached. */
export interface Thresholds {
  warning: number | undefined;
  critical: number | undefined;
}

/** Both unset: critical at the first failure. Warning alone never becomes critical. */
export function thresholdsOf(settings: MonitorSettings): Thresholds {
  const warning = settings['warning-threshold'] || undefined;
  const critical = settings['critical-threshold'] || undefined;
  return warning === undefined && critical === undefined ? { warning: undefined, critical: 1 } : { warning, critical };
}

/** Whether the monitor is switched off at `now` (milliseconds since the epoch). */
export function isDisabled(settings: MonitorSettings, now: number): boolean {
  const until = settings['disable-until'];
  return settings.disable === true || (until !== undefined && Date.parse(until) > now);
}
