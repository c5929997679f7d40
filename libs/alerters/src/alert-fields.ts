import type { RenderedAlert } from './render-alert.js';
import { lines, oneLine } from './plain-text.js';

/**
 * The fields of an alert for templates and programs: one flat map of texts, in the words and within the limits of the shared
 * rendering. Never absent: an unknown field is an empty text.
 */
export const ALERT_FIELDS = [
  'title',
  'text',
  'severity',
  'type',
  'status',
  'worst',
  'reason',
  'test',
  'monitor',
  'monitor-type',
  'target',
  'description',
  'message',
  'expected',
  'found',
  'since',
  'at',
  'attempts',
  'warning-threshold',
  'critical-threshold',
  'worker',
  'tags',
  'key',
  'link',
  'after-hold',
  'repeat',
  'escalated',
  'flapping',
] as const;

export type AlertFields = Record<(typeof ALERT_FIELDS)[number], string>;

export function alertFields({ title, text, severity, key, link, alert }: RenderedAlert): AlertFields {
  return {
    title,
    text,
    // ok, closed (ended without a recovery), info (a test), warning, critical or unknown: the status in the notification.
    severity,
    // resolve, warning, critical or unknown.
    type: alert.type,
    status: alert.status,
    worst: alert.worst,
    reason: alert.reason ?? '',
    test: String(alert.test ?? false),
    monitor: oneLine(alert.monitor, 200),
    'monitor-type': oneLine(alert.monitorType, 40),
    target: oneLine(alert.target, 500),
    description: lines(alert.description ?? '', 1_000),
    message: alert.message === 'N/A' ? '' : lines(alert.message, 2_000),
    expected: lines(alert.expected ?? '', 1_000),
    found: lines(alert.found ?? '', 1_000),
    since: oneLine(alert.since, 40),
    at: oneLine(alert.at, 40),
    attempts: String(alert.attempts),
    'warning-threshold': String(alert.warningThreshold),
    'critical-threshold': String(alert.criticalThreshold),
    worker: oneLine(alert.worker, 200),
    tags: oneLine(alert.tags.join(', '), 500),
    key: oneLine(key, 500),
    link: link ?? '',
    'after-hold': lines(alert.afterHold ?? '', 1_000),
    repeat: String(alert.repeat ?? false),
    escalated: String(alert.escalated ?? false),
    // began or ended.
    flapping: alert.flapping ?? '',
  };
}

/** The whole alert as a JSON object: the same fields with their own types, and those of the rendering with their labels. */
export function alertDocument(rendered: RenderedAlert): Record<string, unknown> {
  const { alert } = rendered;
  return {
    ...alertFields(rendered),
    test: alert.test ?? false,
    repeat: alert.repeat ?? false,
    escalated: alert.escalated ?? false,
    attempts: alert.attempts,
    'warning-threshold': alert.warningThreshold,
    'critical-threshold': alert.criticalThreshold,
    tags: alert.tags.slice(0, 100).map((tag) => oneLine(tag, 200)),
    ...(alert.group === undefined ? {} : { group: alert.group }),
    fields: rendered.fields.map(({ label, value }) => ({ label, value })),
  };
}
