import { formatDuration, type Alert, type AlarmStatus, type AlertGroup, type AlertNote } from '@9volt/contracts';
import { lines, oneLine } from './plain-text.js';

/** `ok` for a resolve, `info` for a test. */
export type Severity = 'ok' | 'info' | AlarmStatus;

export interface RenderedField {
  label: string;
  value: string;
  /** Fits beside another. */
  short?: boolean;
}

/** An alert in words. All alerters use these, so that all say the same; texts contain no control characters and are capped. */
export interface RenderedAlert {
  /** One line: what happened. */
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
    title: alert.test ? 'Test notification from 9volt' : titleOf(alert),
    text: textOf(alert),
    severity: alert.test ? 'info' : alert.type === 'resolve' ? 'ok' : alert.type,
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
  const who = author === undefined ? undefined : oneLine(author, 200);
  const why = comment === undefined || comment === '' ? '.' : `: ${oneLine(comment, 1_000)}.`;
  const end = until === undefined ? 'the check recovers' : oneLine(until, 40);
  const isMade = kind === 'acknowledged';
  return {
    title: `${checkOf(alert)} ${isMade ? `acknowledged${who === undefined ? '' : ` by ${who}`}` : 'no longer acknowledged'}`,
    text: isMade
      ? `${who ?? 'Somebody'} acknowledged that the check is ${alert.type}${why} 9volt repeats and escalates nothing until ${end}.`
      : `The acknowledgement${who === undefined ? '' : ` by ${who}`} ended. The check is still ${alert.type}.`,
    severity: 'info',
    fields: fieldsOf(alert, link),
    key: alert.key,
    alert,
  };
}

/** A message about several notifications: the worst first, then how many more there are. */
function renderGroup(alert: Alert, { by, alarms, resolves, shown }: AlertGroup): RenderedAlert {
  const counts = [
    ...(alarms > 0 ? [`${alarms} ${alarms === 1 ? 'check fails' : 'checks fail'}`] : []),
    ...(resolves > 0 ? [`${resolves} ${resolves === 1 ? 'check' : 'checks'} recovered or closed`] : []),
  ].join(', ');
  const more = alarms + resolves - shown.length;
  const listed = shown.map(({ monitor, type, message, since }) => {
    const what = type === 'resolve' ? 'resolved' : type;
    const why = message === 'N/A' || message === '' ? '' : `: ${oneLine(message, 120)}`;
    return `${what} ${oneLine(monitor, 100)}${why} (since ${oneLine(since, 40)})`;
  });
  return {
    title: `${counts}${by === '' ? '' : ` (${oneLine(by, 100)})`}`,
    text: [...listed, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    severity: alert.type === 'resolve' ? 'ok' : alert.type,
    fields: present([
      { label: 'Alarms', value: alarms > 0 ? String(alarms) : '', short: true },
      { label: 'Resolved', value: resolves > 0 ? String(resolves) : '', short: true },
      { label: 'Worker', value: oneLine(alert.worker, 200), short: true },
    ]),
    key: alert.key,
    alert,
  };
}

function checkOf(alert: Alert): string {
  return `${oneLine(alert.monitorType, 40).toUpperCase()} check '${oneLine(alert.monitor, 200)}'`;
}

function titleOf(alert: Alert): string {
  const check = checkOf(alert);
  if (alert.type !== 'resolve') return alert.repeat ? `${check} still failing` : `${check} failure`;
  return closedBecause(alert) === undefined ? `${check} recovered` : `${check} closed (${alert.reason})`;
}

function textOf(alert: Alert): string {
  if (alert.test) return `Alerter '${oneLine(alert.monitor, 200)}' works: this is a test notification.`;
  const after = alert.attempts > 0 ? ` after ${alert.attempts} ${alert.attempts === 1 ? 'check' : 'checks'}` : '';
  if (alert.type !== 'resolve') return alarmText(alert, after);
  const cause = closedBecause(alert);
  const said =
    cause === undefined
      ? `Check has recovered from ${alert.worst}${after}.`
      : `Check was ${alert.worst} when ${cause}; nothing is known of its recovery.`;
  return `${said}${lasted(alert)}${alert.flapping === 'ended' ? ' It stopped flapping.' : ''}`;
}

function alarmText({ type, repeat, escalated, flapping }: Alert, after: string): string {
  const entered = repeat ? `Check is still in ${type} state` : `Check has entered into ${type} state${after}`;
  const said = flapping === 'ended' ? `Check stopped flapping and is in ${type} state` : entered;
  const more = [
    ...(flapping === 'began' ? ['It flaps: what follows is held until it stops.'] : []),
    ...(escalated ? ['It is escalated, since the incident lasts.'] : []),
  ];
  return more.length === 0 ? said : `${said}. ${more.join(' ')}`;
}

/** Why the incident is closed although nothing recovered; undefined if it did recover. */
function closedBecause(alert: Alert): string | undefined {
  switch (alert.reason) {
    case 'removed':
      return 'its monitor was removed';
    case 'disabled':
      return 'its monitor was disabled';
    case 'changed':
      return 'the type or target of its monitor was changed';
    case 'recovered':
    case undefined:
      return undefined;
  }
}

function lasted(alert: Alert): string {
  const ms = Date.parse(alert.at) - Date.parse(alert.since);
  // A stepped clock can make it negative; then omit it.
  if (!(ms >= 0)) return '';
  return ` It lasted ${formatDuration(ms < 1_000 ? ms : Math.round(ms / 1_000) * 1_000)}.`;
}

function fieldsOf(alert: Alert, link: string | undefined): RenderedField[] {
  const resolve = alert.type === 'resolve';
  return present([
    { label: 'Monitor', value: oneLine(alert.monitor, 200), short: true },
    { label: 'Type', value: oneLine(alert.monitorType, 40), short: true },
    { label: 'Target', value: oneLine(alert.target, 500) },
    { label: 'Description', value: lines(alert.description ?? '', 1_000) },
    { label: resolve ? 'Last error' : 'Error', value: alert.message === 'N/A' ? '' : lines(alert.message, 2_000) },
    { label: 'Expected', value: lines(alert.expected ?? '', 1_000) },
    { label: 'Found', value: lines(alert.found ?? '', 1_000) },
    { label: 'Held before', value: lines(alert.afterHold ?? '', 1_000) },
    { label: 'Since', value: oneLine(alert.since, 40), short: true },
    { label: 'Attempts', value: alert.attempts > 0 ? String(alert.attempts) : '', short: true },
    { label: 'Thresholds', value: thresholds(alert), short: true },
    { label: 'Tags', value: oneLine(alert.tags.join(', '), 500), short: true },
    { label: 'Worker', value: oneLine(alert.worker, 200), short: true },
    { label: 'Link', value: link ?? '' },
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
