import { createHash } from 'node:crypto';
import { Shown, Text } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, notFrom, untilCorrected, type HttpAnswer } from './http-delivery.js';
import { HttpUrl } from './http-url.js';
import { jsonObject } from './json-object.js';
import { cut, oneLine } from './plain-text.js';
import type { RenderedAlert, Severity } from './render-alert.js';

const DEFAULT_API_URL = 'https://events.pagerduty.com/v2/enqueue';
/** Limits of the Events API v2. */
const MAX_SUMMARY = 1_024;
const MAX_DEDUP_KEY = 255;

const SEVERITIES: Record<Severity, 'critical' | 'error' | 'warning' | 'info'> = {
  ok: 'info',
  closed: 'info',
  info: 'info',
  warning: 'warning',
  critical: 'critical',
  unknown: 'error',
};

@Shown('token')
export class PagerDutyOptions {
  @Text({
    doc: 'Integration key of an Events API v2 integration of the service.',
    secret: true,
    required: true,
    maxLength: 1_024,
    example: '00000000000000000000000000000000',
  })
  token!: string;

  @HttpUrl({
    doc: 'Full address for events, if not the default: of the EU service (https://events.eu.pagerduty.com/v2/enqueue), or of a compatible server.',
    default: DEFAULT_API_URL,
  })
  'api-url'?: string;
}

export const pagerduty = defineAlerter<PagerDutyOptions>({
  type: 'pagerduty',
  summary: 'Triggers and resolves incidents of a PagerDuty service (Events API v2).',
  options: PagerDutyOptions,
  destination: ['api-url'],
  // Its API for events cannot withdraw an acknowledgement.
  notes: ['acknowledged'],
  send(options, alert, context) {
    return deliverHttp(
      {
        url: options['api-url'] ?? DEFAULT_API_URL,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(eventOf(options.token, alert)),
        secrets: [options.token],
      },
      context,
      judge,
    );
  },
});

function eventOf(token: string, rendered: RenderedAlert): Record<string, unknown> {
  const { alert, link } = rendered;
  return {
    routing_key: token,
    // Removed, disabled or changed: nobody will ever see it recover, so it is resolved, too; the summary says why.
    event_action: alert.note ? 'acknowledge' : alert.type === 'resolve' ? 'resolve' : 'trigger',
    dedup_key: dedupKeyOf(rendered.key),
    client: '9volt',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'Monitor in 9volt' }] }),
    payload: {
      summary: cut(`${rendered.title}. ${rendered.text}`, MAX_SUMMARY),
      source: oneLine(alert.target === '' ? alert.monitor : alert.target, 500),
      severity: SEVERITIES[rendered.severity],
      timestamp: alert.at,
      component: oneLine(alert.monitor, 200),
      ...(alert.tags.length === 0 ? {} : { group: oneLine(alert.tags.join(', '), 500) }),
      class: oneLine(alert.monitorType, 40),
      custom_details: Object.fromEntries(rendered.fields.map((field) => [field.label, field.value])),
    },
  };
}

/**
 * A key that is too long for PagerDuty keeps its beginning and gets the hash of the whole: unique, and the same on every worker.
 */
export function dedupKeyOf(key: string): string {
  if (key.length <= MAX_DEDUP_KEY) return key;
  const hash = createHash('sha256').update(key).digest('hex');
  return `${cut(key, MAX_DEDUP_KEY - hash.length)}${hash}`;
}

/**
 * PagerDuty answers 202, and JSON whose status is `success`; the errors of a 400 say what is wrong:
 * https://developer.pagerduty.com/docs/events-api-v2/overview/#response-codes--retry-logic. Any other 2xx, or a page, does not come
 * from PagerDuty.
 */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const said = jsonObject(answer.body);
  const errors = Array.isArray(said?.['errors']) ? said['errors'] : [];
  const words = [said?.['message'], ...errors].filter((text) => typeof text === 'string');
  const outcome = judgeByStatus({ ...answer, body: words.length > 0 ? words.join('; ') : answer.body });
  if (outcome.outcome === 'delivered') {
    const taken = said?.['status'] === 'success' || (answer.status === 202 && !/^\s*</.test(answer.body));
    return taken ? outcome : notFrom('PagerDuty', answer);
  }
  const aboutKey =
    outcome.outcome === 'rejected' && (said?.['status'] === 'invalid key' || ABOUT_KEY.test(words.join()));
  return aboutKey ? untilCorrected(outcome.answer) : outcome;
}

/** The key is invalid, or belongs to another region. */
const ABOUT_KEY = /(?:routing|service|integration)[ _]key/i;
