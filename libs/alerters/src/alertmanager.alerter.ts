import { type CrossChecked, fault, type FieldError, Shown, Text, TextMap } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, notFrom, type HttpAnswer } from './http-delivery.js';
import { HttpUrl } from './http-url.js';
import { jsonObject } from './json-object.js';
import { lines, oneLine } from './plain-text.js';
import type { RenderedAlert } from './render-alert.js';

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** A resolve finds its alarm by these, so nobody may set them. */
const OWN_LABELS = ['monitor', 'incident'];
const YEAR_MS = 31_536_000_000;

@Shown('url', 'labels', 'username', 'password')
export class AlertmanagerOptions implements CrossChecked {
  @HttpUrl({
    doc: 'Address of Alertmanager, with its path prefix; 9volt appends /api/v2/alerts.',
    required: true,
    example: 'http://alertmanager.example.com:9093',
  })
  url!: string;

  @TextMap({
    doc:
      'Extra labels of every alert, for routing. Every alert has alertname (9volt, unless set here), monitor and incident; values that can change ' +
      'during an incident (severity, status, type, target, tags) are annotations. To route by severity, use one alerter for ' +
      'warnings and one for critical states, each with its own label.',
    example: { severity: 'critical' },
  })
  labels?: Record<string, string>;

  @Text({ doc: 'User name for basic authentication. Needs password.', notEmpty: true, maxLength: 320 })
  username?: string;

  @Text({
    doc: 'Password for basic authentication.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'an example',
  })
  password?: string;

  @Text({ doc: 'Token for bearer authentication.', secret: true, notEmpty: true, maxLength: 8_192 })
  'bearer-token'?: string;

  crossCheck(): FieldError[] {
    const errors: FieldError[] = [];
    for (const [name, value] of Object.entries(this.labels ?? {})) {
      if (!LABEL.test(name) || OWN_LABELS.includes(name)) {
        errors.push(
          fault('/labels', name, 'names of letters, digits and underscores, other than monitor and incident'),
        );
      } else if (value === '') errors.push(fault(`/labels/${name}`, value, 'a non-empty text'));
    }
    if ((this.username === undefined) !== (this.password === undefined)) {
      errors.push(faultAt(this.username === undefined ? 'username' : 'password', 'username and password together'));
    } else if (this.username !== undefined && this['bearer-token'] !== undefined) {
      errors.push(faultAt('bearer-token', 'either username and password, or bearer-token'));
    }
    return errors;
  }
}

export const alertmanager = defineAlerter<AlertmanagerOptions>({
  type: 'alertmanager',
  summary: 'Fires and resolves alerts of a Prometheus Alertmanager (API v2).',
  options: AlertmanagerOptions,
  destination: ['url'],
  send(options, alert, context) {
    const { username, password, 'bearer-token': token } = options;
    const basic =
      username === undefined ? undefined : Buffer.from(`${username}:${password ?? ''}`, 'utf8').toString('base64');
    const authorization = basic === undefined ? token && `Bearer ${token}` : `Basic ${basic}`;
    return deliverHttp(
      {
        url: `${options.url.replace(/\/+$/, '')}/api/v2/alerts`,
        headers: {
          'Content-Type': 'application/json',
          ...(authorization === undefined ? {} : { Authorization: authorization }),
        },
        body: JSON.stringify([postable(alert, options.labels ?? {})]),
        secrets: [password, token, basic],
      },
      context,
      judge,
    );
  },
});

function postable(rendered: RenderedAlert, labels: Record<string, string>): Record<string, unknown> {
  const { alert, link } = rendered;
  return {
    labels: {
      alertname: '9volt',
      ...Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, oneLine(value, 1_000)])),
      monitor: oneLine(alert.monitor, 200),
      incident: oneLine(rendered.key, 500),
    },
    annotations: annotationsOf(rendered),
    ...timesOf(rendered),
    ...(link === undefined ? {} : { generatorURL: link }),
  };
}

function annotationsOf({ title, text, severity, fields }: RenderedAlert): Record<string, string> {
  return {
    ...Object.fromEntries(fields.map(({ label, value }) => [label.toLowerCase().replaceAll(' ', '_'), value])),
    // Annotations that receivers usually show: everything, including the description of the monitor.
    summary: title,
    description: lines([text, ...fields.map(({ label, value }) => `${label}: ${value}`)].join('\n'), 16_000),
    severity,
  };
}

/**
 * 9volt sends an alarm once, and Alertmanager treats one without an end as over after its `resolve_timeout` (5 minutes). So an
 * alarm ends in a year, unless it is resolved before. A test has no end, so it ends by itself.
 */
function timesOf({ alert }: RenderedAlert): { startsAt?: string; endsAt?: string } {
  const startedMs = Date.parse(alert.since);
  const decidedMs = Date.parse(alert.at);
  if (Number.isNaN(startedMs) || Number.isNaN(decidedMs)) return {};
  const startsAt = new Date(startedMs).toISOString();
  if (alert.test) return { startsAt };
  const endsMs = alert.type === 'resolve' ? decidedMs : decidedMs + YEAR_MS;
  // Alertmanager refuses an end before the start, which a stepped clock can cause.
  return { startsAt, endsAt: new Date(Math.max(endsMs, startedMs)).toISOString() };
}

/**
 * Alertmanager answers 200 and an empty body (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml), compatible
 * servers perhaps JSON. Other text, or a page, comes from something else at that address.
 */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const outcome = judgeByStatus(answer);
  const taken = answer.body.trim() === '' || jsonObject(answer.body) !== undefined;
  return outcome.outcome === 'delivered' && !taken ? notFrom('Alertmanager', answer) : outcome;
}

function faultAt(name: string, expected: string): FieldError {
  return { path: `/${name}`, expected, message: `${name}: expected ${expected}` };
}
