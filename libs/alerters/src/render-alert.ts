import {
  type Alert,
  type AlarmStatus,
  type AlertGroup,
  type AlertNote,
  type BurnKind,
  closedBecause,
} from '@9volt/contracts';
import { ageOf, causeOf, headline, withCause } from './headline.js';
import { lines, oneLine } from './plain-text.js';

/** `ok` for a recovery, `closed` for an incident that ended without one, `info` for a test. */
export type Severity = 'ok' | 'closed' | 'info' | AlarmStatus;

export interface RenderedField {
  label: string;
  value: string;
  /** Fits beside another. */
  short?: boolean;
}

/** An alert in words. All alerters use these, so that all say the same; texts contain no control characters and are capped. */
export interface RenderedAlert {
  /** One line: how bad it is, and why. */
  title: string;
  /** A sentence or two. */
  text: string;
  severity: Severity;
  /** Only known ones, the most informative first. */
  fields: RenderedField[];
  /** The same for an alarm and its resolve. */
  key: string;
  /** An http or https address. */
  link?: string;
  alert: Alert;
}

export function renderAlert(alert: Alert): RenderedAlert {
  if (alert.group) return renderGroup(alert, alert.group);
  const link = safeLink(alert.link);
  if (alert.note) return { ...renderNote(alert, alert.note, link), ...(link === undefined ? {} : { link }) };
  return {
    title: alert.test ? 'Test notification from 9volt' : headline(alert),
    text: textOf(alert),
    severity: alert.test ? 'info' : severityOf(alert),
    fields: alert.test ? testFields(alert) : fieldsOf(alert, link),
    key: alert.key,
    ...(link === undefined ? {} : { link }),
    alert,
  };
}

function renderNote(
  alert: Alert,
  { kind, author, comment, until }: AlertNote,
  link: string | undefined,
): Omit<RenderedAlert, 'link'> {
  const name = oneLine(alert.monitor, 200);
  const who = author === undefined ? undefined : oneLine(author, 200);
  const why = comment === undefined || comment === '' ? '.' : `: ${oneLine(comment, 1_000)}.`;
  const end = until === undefined ? 'the check recovers' : oneLine(until, 40);
  const isMade = kind === 'acknowledged';
  return {
    title: withCause(
      isMade
        ? `ACKNOWLEDGED ${name}${who === undefined ? '' : ` by ${who}`}`
        : `${alert.type.toUpperCase()} ${name}, no longer acknowledged`,
      causeOf(alert.message, 300),
    ),
    text: isMade
      ? `${who ?? 'Somebody'} acknowledged that the check is ${alert.type}${why} 9volt repeats and escalates nothing until ${end}.`
      : `The acknowledgement${who === undefined ? '' : ` by ${who}`} ended. The check is still ${alert.type}.`,
    severity: 'info',
    fields: fieldsOf(alert, link),
    key: alert.key,
    alert,
  };
}

function severityOf({ type, reason }: Alert): Severity {
  if (type !== 'resolve') return type;
  return closedBecause(reason) === undefined ? 'ok' : 'closed';
}

/** A message about several notifications: the worst first, then how many more there are. */
function renderGroup(alert: Alert, group: AlertGroup): RenderedAlert {
  const { by, alarms, resolves, shown } = group;
  const more = alarms + resolves - shown.length;
  const listed = shown.map((one) => `${headline(one, 120)} (since ${oneLine(one.since, 40)})`);
  const [worst] = shown;
  const why = alarms > 0 && worst ? withCause(oneLine(worst.monitor, 100), causeOf(worst.message, 120)) : '';
  const severity = alarms > 0 ? severityOf(alert) : isClosedOnly(group) ? 'closed' : 'ok';
  const of = by === '' ? '' : ` (${oneLine(by, 100)})`;
  return {
    title: withCause(`${severity.toUpperCase()} ${countsOf(group)}${of}`, why),
    text: [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    severity,
    fields: present([
      { label: 'Alarms', value: alarms > 0 ? String(alarms) : '', short: true },
      { label: 'Resolved', value: resolves > 0 ? String(resolves) : '', short: true },
      { label: 'Worker', value: oneLine(alert.worker, 200), short: true },
    ]),
    key: alert.key,
    alert,
  };
}

function isClosedOnly({ resolves, closed = 0 }: AlertGroup): boolean {
  return closed === resolves;
}

function countsOf(group: AlertGroup): string {
  const { alarms, resolves, closed = 0 } = group;
  const ended = isClosedOnly(group) ? 'closed' : closed > 0 ? 'recovered or closed' : 'recovered';
  return [
    ...(alarms > 0 ? [`${alarms} ${alarms === 1 ? 'check fails' : 'checks fail'}`] : []),
    ...(resolves > 0 ? [`${resolves} ${resolves === 1 ? 'check' : 'checks'} ${ended}`] : []),
  ].join(', ');
}

const BURN_TEXTS: Readonly<Record<BurnKind, string>> = {
  fast: 'Failures of this check use up its error budget within days or hours.',
  slow: 'Failures of this check use up its error budget before the end of its time.',
};

function textOf(alert: Alert): string {
  if (alert.test) return `Alerter '${oneLine(alert.monitor, 200)}' works: this is a test notification.`;
  if (alert.type !== 'resolve') return alert.burn ? BURN_TEXTS[alert.burn] : alarmText(alert);
  const cause = closedBecause(alert.reason);
  if (alert.burn && cause === undefined) return `The error budget burns no longer too fast.${lasted(alert)}`;
  const said =
    cause === undefined
      ? `Check has recovered from ${alert.worst}${afterFailures(alert)}.`
      : `Check was ${alert.worst} when ${cause}; nothing is known of its recovery.${lasted(alert)}`;
  return `${said}${alert.flapping === 'ended' ? ' It stopped flapping.' : ''}`;
}

function alarmText(alert: Alert): string {
  const { type, attempts, repeat, escalated, flapping } = alert;
  const after = attempts > 0 ? ` after ${attempts} ${attempts === 1 ? 'check' : 'checks'}` : '';
  const entered = repeat
    ? `Check is still in ${type} state${afterFailures(alert)}`
    : `Check has entered into ${type} state${after}`;
  const said = flapping === 'ended' ? `Check stopped flapping and is in ${type} state` : entered;
  const more = [
    ...(flapping === 'began' ? ['It flaps: what follows is held until it stops.'] : []),
    ...(escalated ? ['It is escalated, since the incident lasts.'] : []),
  ];
  return more.length === 0 ? said : `${said}. ${more.join(' ')}`;
}

/** How many checks failed, and in which time. */
function afterFailures(alert: Alert): string {
  const age = ageOf(alert);
  if (alert.attempts === 0) return age === undefined ? '' : ` after ${age}`;
  const checks = `${alert.attempts} failed ${alert.attempts === 1 ? 'check' : 'checks'}`;
  return ` after ${checks}${age === undefined ? '' : ` in ${age}`}`;
}

function lasted(alert: Alert): string {
  const age = ageOf(alert);
  return age === undefined ? '' : ` It lasted ${age}.`;
}

function fieldsOf(alert: Alert, link: string | undefined): RenderedField[] {
  const resolve = alert.type === 'resolve';
  return present([
    { label: 'Description', value: lines(alert.description ?? '', 1_000) },
    { label: 'Link', value: link ?? '' },
    { label: 'Since', value: oneLine(alert.since, 40), short: true },
    { label: resolve ? 'Lasted' : 'Age', value: ageOf(alert) ?? '', short: true },
    { label: resolve ? 'Last error' : 'Error', value: alert.message === 'N/A' ? '' : lines(alert.message, 2_000) },
    { label: 'Expected', value: lines(alert.expected ?? '', 1_000) },
    { label: 'Found', value: lines(alert.found ?? '', 1_000) },
    { label: 'Held before', value: lines(alert.afterHold ?? '', 1_000) },
    { label: 'Monitor', value: oneLine(alert.monitor, 200), short: true },
    { label: 'Type', value: oneLine(alert.monitorType, 40), short: true },
    { label: 'Target', value: oneLine(alert.target, 500) },
    { label: 'Tags', value: oneLine(alert.tags.join(', '), 500), short: true },
    { label: 'Attempts', value: alert.attempts > 0 ? String(alert.attempts) : '', short: true },
    { label: 'Thresholds', value: alert.burn ? '' : thresholds(alert), short: true },
    { label: 'Worker', value: oneLine(alert.worker, 200), short: true },
  ]);
}

function testFields(alert: Alert): RenderedField[] {
  return present([
    { label: 'Alerter', value: oneLine(alert.monitor, 200), short: true },
    { label: 'Worker', value: oneLine(alert.worker, 200), short: true },
    { label: 'Sent', value: oneLine(alert.at, 40), short: true },
  ]);
}

function present(fields: RenderedField[]): RenderedField[] {
  return fields.filter((field) => field.value !== '');
}

function thresholds({ warningThreshold, criticalThreshold }: Alert): string {
  // Both unset: critical at the first failure.
  if (!warningThreshold && !criticalThreshold) return 'critical 1';
  return [
    warningThreshold ? `warning ${warningThreshold}` : '',
    criticalThreshold ? `critical ${criticalThreshold}` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || link.length > 2_000 || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}
