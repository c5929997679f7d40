import { type CrossChecked, type FieldError, Shown, Text } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, notFrom, untilCorrected, type HttpAnswer } from './http-delivery.js';
import { jsonObject } from './json-object.js';
import { HttpUrl, secretsOfUrl } from './http-url.js';
import type { RenderedAlert, Severity } from './render-alert.js';

const DEFAULT_API_URL = 'https://slack.com/api';
const DEFAULT_USERNAME = '9volt-bot';

const COLOURS: Record<Severity, string> = {
  ok: '#36a64f',
  closed: '#808080',
  info: '#439fe0',
  warning: '#ff9400',
  critical: '#ff0000',
  unknown: '#808080',
};

@Shown('webhook-url', 'token', 'channel')
export class SlackOptions implements CrossChecked {
  @Text({
    doc: 'Token of a bot that can post to the channel (scope chat:write, and chat:write.customize for its name). Needs channel.',
    secret: true,
    notEmpty: true,
    maxLength: 1_024,
    example: 'xoxb-000000000000-example',
  })
  token?: string;

  @Text({ doc: 'Channel, by name or id, that the bot posts to.', notEmpty: true, maxLength: 200, example: '#alerts' })
  channel?: string;

  @HttpUrl({
    doc: 'Address of an incoming webhook, instead of token and channel.',
    secret: true,
    example: 'https://hooks.slack.com/services/T000/B000/example',
  })
  'webhook-url'?: string;

  @Text({ doc: 'Name shown as the sender.', default: DEFAULT_USERNAME, notEmpty: true, maxLength: 80 })
  username?: string;

  @HttpUrl({ doc: 'Address of a picture next to the name.', example: 'https://example.com/9volt.png' })
  'icon-url'?: string;

  @HttpUrl({
    doc: 'Address of the API of Slack or of a compatible server; 9volt appends the name of the method.',
    default: DEFAULT_API_URL,
  })
  'api-url'?: string;

  crossCheck(): FieldError[] {
    const expected = 'either token and channel, or webhook-url';
    const faultAt = (path: string, message: string): FieldError[] => [
      { path, expected, message: `${message}; expected ${expected}` },
    ];
    if (this['webhook-url'] === undefined) {
      if (this.token === undefined) return faultAt('/token', 'token: is missing');
      return this.channel === undefined ? faultAt('/channel', 'channel: is missing') : [];
    }
    if (this.token !== undefined) return faultAt('/webhook-url', 'webhook-url: cannot be combined with a token');
    return this.channel === undefined
      ? []
      : faultAt('/channel', 'channel: cannot be combined with a webhook-url, which has its own channel');
  }
}

/** Errors of chat.postMessage (https://docs.slack.dev/reference/methods/chat.postMessage#errors) about this message. */
const ABOUT_MESSAGE = new Set(
  `attachment_payload_limit_exceeded cannot_reply_to_message invalid_arg_name invalid_arguments invalid_array_arg invalid_attachments
  invalid_blocks invalid_blocks_format invalid_charset invalid_form_data invalid_json invalid_post_type json_not_object
  markdown_text_conflict metadata_too_large missing_post_type msg_blocks_too_long msg_too_long no_text
  too_many_attachments`.split(/\s+/),
);

/** Errors about the token, the channel or its rights: the same for every message, until somebody corrects them. */
const ABOUT_ALERTER = new Set(
  `access_denied account_inactive as_user_not_supported channel_is_archived channel_not_found channel_type_not_supported
  deprecated_endpoint ekm_access_denied enterprise_is_restricted invalid_auth is_archived messages_tab_disabled method_deprecated
  missing_scope no_permission not_allowed not_allowed_token_type not_authed not_in_channel org_login_required posting_to_channel_denied
  restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
  restricted_action_thread_only_channel team_access_not_granted team_not_found token_expired token_revoked two_factor_setup_required
  user_is_restricted`.split(/\s+/),
);

export const slack = defineAlerter<SlackOptions>({
  type: 'slack',
  summary: 'Posts to a Slack channel, by a bot token or an incoming webhook.',
  options: SlackOptions,
  destination: ['api-url'],
  notes: ['acknowledged', 'unacknowledged'],
  send(options, alert, context) {
    const message = {
      username: options.username ?? DEFAULT_USERNAME,
      ...(options['icon-url'] === undefined ? {} : { icon_url: options['icon-url'] }),
      ...messageOf(alert),
    };
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    const webhook = options['webhook-url'];
    if (webhook !== undefined) {
      return deliverHttp(
        { url: webhook, headers, body: JSON.stringify(message), secrets: secretsOfUrl(webhook) },
        context,
        judgeWebhook,
      );
    }
    return deliverHttp(
      {
        url: `${(options['api-url'] ?? DEFAULT_API_URL).replace(/\/+$/, '')}/chat.postMessage`,
        headers: { ...headers, Authorization: `Bearer ${options.token}` },
        body: JSON.stringify({ channel: options.channel, ...inThread(context.replyTo), ...message }),
        secrets: [options.token],
      },
      context,
      judge,
    );
  },
});

/** A note replies to the message about the alarm. The answer to a webhook does not name its message. */
function inThread(replyTo: string | undefined): { thread_ts?: string } {
  return replyTo === undefined ? {} : { thread_ts: replyTo };
}

function messageOf(alert: RenderedAlert): Record<string, unknown> {
  const at = Math.floor(Date.parse(alert.alert.at) / 1_000);
  return {
    // Slack makes no mentions of names, no links of addresses, and fetches no previews.
    parse: 'none',
    link_names: false,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: COLOURS[alert.severity],
        fallback: escaped(`${alert.title}. ${alert.text}`),
        title: escaped(alert.title),
        ...(alert.link === undefined ? {} : { title_link: alert.link }),
        text: escaped(alert.text),
        // Slack formats nothing in here.
        mrkdwn_in: [],
        fields: alert.fields.map((field) => ({
          title: field.label,
          value: escaped(field.value),
          short: field.short ?? false,
        })),
        footer: '9volt',
        ...(Number.isNaN(at) ? {} : { ts: at }),
      },
    ],
  };
}

/** The escapes that Slack asks for; they disarm `<!channel>`, `<@user>` and `<address|text>`. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack puts its errors into the body of a 200: https://docs.slack.dev/apis/web-api/#responses. */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const byStatus = judgeByStatus(answer);
  if (byStatus.outcome !== 'delivered') return byStatus;
  const said = jsonObject(answer.body);
  if (said?.['ok'] === true) {
    const { ts } = said;
    return { outcome: 'delivered', answer: 'ok', ...(typeof ts === 'string' ? { reference: ts } : {}) };
  }
  const error = said?.['error'];
  if (typeof error !== 'string') return notFrom('Slack', answer);
  if (ABOUT_ALERTER.has(error)) return untilCorrected(error);
  if (ABOUT_MESSAGE.has(error)) return { outcome: 'rejected', answer: error };
  const wait = answer.retryAfterMs;
  return { outcome: 'retryable', answer: error, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/**
 * A webhook answers 200 and `ok`, and its errors as text with an error status:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Mattermost does the same; Rocket.Chat and others with
 * the same messages answer JSON.
 */
function judgeWebhook(answer: HttpAnswer): DeliveryOutcome {
  const outcome = judgeByStatus(answer);
  if (outcome.outcome === 'rejected' && ABOUT_ALERTER_BY_WEBHOOK.has(answer.body.trim())) {
    return untilCorrected(outcome.answer);
  }
  if (outcome.outcome !== 'delivered') return outcome;
  const said = jsonObject(answer.body);
  const isTaken =
    /^"?ok"?$/i.test(answer.body.trim()) ||
    said?.['ok'] === true ||
    said?.['success'] === true ||
    said?.['result'] === 'success';
  return answer.status === 200 && isTaken ? outcome : notFrom('Slack', answer);
}

const ABOUT_ALERTER_BY_WEBHOOK = new Set(['invalid_token', 'no_service', 'no_service_id', 'no_team', 'user_not_found']);
