import {
  plainReply,
  startHttpStandIn,
  type HttpExchange,
  type HttpReply,
  type HttpStandInOptions,
} from './http-stand-in.js';
import { flag, integer, list, object, oneOf, text } from './shape.js';
import { Recorder, type StandIn } from './stand-in.js';

interface SlackAttachment {
  color: string;
  fallback: string;
  title: string;
  title_link?: string;
  text: string;
  fields: { title: string; value: string; short: boolean }[];
  ts?: number;
}

export interface SlackMessage {
  /** Absent by webhook. */
  channel?: string;
  thread_ts?: string;
  username?: string;
  icon_url?: string;
  attachments: SlackAttachment[];
}

export const SLACK_TOKEN = 'xoxb-210987654321-stand-in-token';
const WEBHOOK_PATH = '/services/T00000000/B00000000/stand-in-webhook';

const attachment = object(
  { fallback: text({ notEmpty: true }) },
  {
    color: text({ pattern: /^(good|warning|danger|#[0-9a-f]{6})$/i }),
    title: text(),
    title_link: text({ pattern: /^https?:\/\// }),
    pretext: text(),
    text: text({ atMost: 8_000 }),
    mrkdwn_in: list(oneOf('text', 'pretext', 'fields'), 3),
    fields: list(object({ title: text(), value: text() }, { short: flag }), 100),
    footer: text({ atMost: 300 }),
    ts: integer,
  },
);

const common = {
  username: text({ notEmpty: true }),
  icon_url: text({ pattern: /^https?:\/\// }),
  parse: oneOf('none', 'full'),
  link_names: flag,
  mrkdwn: flag,
  unfurl_links: flag,
  unfurl_media: flag,
};
const byMethod = object(
  { channel: text({ notEmpty: true }), attachments: list(attachment, 100) },
  {
    ...common,
    thread_ts: text({ pattern: /^\d+\.\d+$/ }),
  },
);
const byWebhook = object({ attachments: list(attachment, 100) }, common);

/** Slack's chat.postMessage, and an incoming webhook at {@link slackWebhookAlerter}. */
export function startSlackStandIn(options?: HttpStandInOptions): Promise<StandIn<SlackMessage>> {
  const recorder = new Recorder<SlackMessage>();
  return startHttpStandIn(
    recorder,
    (exchange) => answer(recorder, exchange),
    (origin) => ({ type: 'slack', options: { token: SLACK_TOKEN, channel: '#alerts', 'api-url': `${origin}/api` } }),
    options,
  );
}

/** The alerter that uses the webhook of a stand-in. */
export function slackWebhookAlerter(standIn: StandIn<SlackMessage>): StandIn<SlackMessage>['alerter'] {
  return { type: 'slack', options: { 'webhook-url': `${standIn.address}${WEBHOOK_PATH}` } };
}

function answer(recorder: Recorder<SlackMessage>, exchange: HttpExchange): HttpReply | 'hang' {
  if (exchange.method !== 'POST') return { status: 405, body: 'method not allowed' };
  const webhook = exchange.path === WEBHOOK_PATH;
  if (!webhook && exchange.path !== '/api/chat.postMessage') return { status: 404, body: 'no_service' };
  if (!webhook && exchange.headers.authorization !== `Bearer ${SLACK_TOKEN}`) return said('invalid_auth');
  const json = /^application\/json\b/.test(exchange.headers['content-type'] ?? '') ? parsed(exchange.body) : undefined;
  const problems =
    json === undefined ? ['the body is not declared as JSON, or is none'] : (webhook ? byWebhook : byMethod)(json, '');
  const behaviour = recorder.take(json as SlackMessage, problems);
  const plain = plainReply(behaviour, exchange);
  if (plain) return plain;
  if (webhook) {
    if (problems.length > 0) return { status: 400, body: 'invalid_payload' };
    return BY_WEBHOOK[behaviour.kind as keyof typeof BY_WEBHOOK];
  }
  if (problems.length > 0) return said('invalid_arguments');
  return BY_METHOD[behaviour.kind as keyof typeof BY_METHOD];
}

/** Slack puts its errors into a 200. */
function said(error: string): HttpReply {
  return { status: 200, body: JSON.stringify({ ok: false, error }) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const BY_WEBHOOK = {
  accept: { status: 200, body: 'ok' },
  refuse: { status: 400, body: 'no_text' },
  revoked: { status: 403, body: 'invalid_token' },
  gone: { status: 404, body: 'no_service' },
};

const BY_METHOD = {
  accept: { status: 200, body: '{"ok":true,"ts":"1700000000.000100"}' },
  refuse: said('msg_too_long'),
  revoked: said('token_revoked'),
  gone: said('channel_not_found'),
};
