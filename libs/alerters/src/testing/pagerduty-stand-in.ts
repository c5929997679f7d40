import {
  plainReply,
  startHttpStandIn,
  type HttpExchange,
  type HttpReply,
  type HttpStandInOptions,
} from './http-stand-in.js';
import { list, object, oneOf, text, textMap } from './shape.js';
import { Recorder, type StandIn } from './stand-in.js';

export interface PagerDutyEvent {
  routing_key: string;
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  client?: string;
  client_url?: string;
  links?: { href: string; text?: string }[];
  payload: {
    summary: string;
    source: string;
    severity: 'critical' | 'error' | 'warning' | 'info';
    timestamp?: string;
    component?: string;
    group?: string;
    class?: string;
    custom_details?: Record<string, string>;
  };
}

export const PAGERDUTY_KEY = 'abcdef0123456789abcdef0123456789';
const MAX_BODY_BYTES = 512 * 1_024;

/** The Events API v2, as published. Our own resolves have a payload, too, so the stand-in requires it in all. */
const event = object(
  {
    routing_key: text({ pattern: /^.{32}$/ }),
    event_action: oneOf('trigger', 'acknowledge', 'resolve'),
    dedup_key: text({ notEmpty: true, atMost: 255 }),
    payload: object(
      {
        summary: text({ notEmpty: true, atMost: 1_024 }),
        source: text({ notEmpty: true }),
        severity: oneOf('critical', 'error', 'warning', 'info'),
      },
      {
        timestamp: text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/ }),
        component: text(),
        group: text(),
        class: text(),
        custom_details: textMap,
      },
    ),
  },
  {
    client: text(),
    client_url: text({ pattern: /^https?:\/\// }),
    links: list(object({ href: text({ pattern: /^https?:\/\// }) }, { text: text() }), 50),
    images: list(object({ src: text({ pattern: /^https:\/\// }) }, { href: text(), alt: text() }), 50),
  },
);

export function startPagerDutyStandIn(options?: HttpStandInOptions): Promise<StandIn<PagerDutyEvent>> {
  const recorder = new Recorder<PagerDutyEvent>();
  return startHttpStandIn(
    recorder,
    (exchange) => answer(recorder, exchange),
    (origin) => ({ type: 'pagerduty', options: { token: PAGERDUTY_KEY, 'api-url': `${origin}/v2/enqueue` } }),
    options,
  );
}

function answer(recorder: Recorder<PagerDutyEvent>, exchange: HttpExchange): HttpReply | 'hang' {
  if (exchange.path !== '/v2/enqueue') return { status: 404, body: 'not found' };
  if (exchange.method !== 'POST') return { status: 405, body: 'method not allowed' };
  let json: unknown;
  try {
    json = JSON.parse(exchange.body);
  } catch {
    return invalid(['the body is not JSON']);
  }
  const problems = event(json, '');
  if (Buffer.byteLength(exchange.body) > MAX_BODY_BYTES) problems.push('the body has more than 512 KB');
  const behaviour = recorder.take(json as PagerDutyEvent, problems);
  const plain = plainReply(behaviour, exchange);
  if (plain) return plain;
  if (problems.length > 0) return invalid(problems);
  if (behaviour.kind === 'refuse') return invalid(["'payload.timestamp' is not valid"]);
  if (behaviour.kind === 'revoked') return invalid(['Invalid routing key']);
  if (behaviour.kind === 'gone') return { status: 404, body: 'not found' };
  const { dedup_key } = json as PagerDutyEvent;
  return { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }) };
}

function invalid(errors: string[]): HttpReply {
  return { status: 400, body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors }) };
}
