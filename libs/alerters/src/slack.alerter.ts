import { Text, type CrossChecked, type FieldError } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { deliverHttp, judgeByStatus, type HttpAnswer } from './http-delivery.js';
import { jsonObject } from './json-object.js';
import { HttpUrl, secretsOfUrl } from './http-url.js';
import type { RenderedAlert, Severity } from './render-alert.js';

const DEFAULT_API_URL = 'https://slack.com/api';
const DEFAULT_USERNAME = '9volt-bot';

const COLOURS: Record<Severity, string> = {
  ok: '#36a64f',
  info: '#439fe0',
  warning: '#ff9400',
  critical: '#ff0000',
  unknown: '#808080',
};

export class SlackOptions implements CrossChecked {
  @Text({
    doc: 'Token of a bot that may post to the channel (scope chat:write, and chat:write.customize for its name). Needs channel.',
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

  @HttpUrl({ doc: 'Address of a picture shown beside the name.', example: 'https://example.com/9volt.png' })
  'icon-url'?: string;

  @HttpUrl({
    doc: 'Address of the API of Slack or of a compatible server; the name of the method is appended.',
    default: DEFAULT_API_URL,
  })
  'api-url'?: string;

  crossCheck(): FieldError[] {
    const expected = 'either token and channel, or webhook-url';
    const told = (path: string, message: string): FieldError[] => [
      { path, expected, message: `${message}; expected ${expected}` },
    ];
    if (this['webhook-url'] === undefined) {
      if (this.token === undefined) return told('/token', 'token: is missing');
      return this.channel === undefined ? told('/channel', 'channel: is missing') : [];
    }
    if (this.token !== undefined) return told('/webhook-url', 'webhook-url: stands beside a token');
    return this.channel === undefined
      ? []
      : told('/channel', 'channel: stands beside a webhook-url, which has its own channel');
  }
}

/** Answers to chat.postMessage that another attempt would get again. Any other error may pass. */
const PERMANENT = new Set(
  `account_inactive access_denied as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_is_archived
  channel_not_found channel_type_not_supported deprecated_endpoint ekm_access_denied enterprise_is_restricted invalid_arg_name
  invalid_arguments invalid_array_arg invalid_attachments invalid_auth invalid_blocks invalid_blocks_format invalid_charset
  invalid_form_data invalid_json invalid_post_type is_archived json_not_object markdown_text_conflict messages_tab_disabled
  metadata_too_large method_deprecated missing_post_type missing_scope msg_blocks_too_long msg_too_long no_permission no_text not_allowed
  not_allowed_token_type not_authed not_in_channel org_login_required posting_to_channel_denied restricted_action
  restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
  restricted_action_thread_only_channel token_expired token_revoked too_many_attachments two_factor_setup_required
  user_is_restricted`.split(/\s+/),
);

export const slack = defineAlerter<SlackOptions>({
  type: 'slack',
  summary: 'Posts to a Slack channel, by a bot token or an incoming webhook.',
  options: SlackOptions,
  destination: ['api-url'],
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
      );
    }
    return deliverHttp(
      {
        url: `${(options['api-url'] ?? DEFAULT_API_URL).replace(/\/+$/, '')}/chat.postMessage`,
        headers: { ...headers, Authorization: `Bearer ${options.token}` },
        body: JSON.stringify({ channel: options.channel, ...message }),
        secrets: [options.token],
      },
      context,
      judge,
    );
  },
});

function messageOf(alert: RenderedAlert): Record<string, unknown> {
  const at = Math.floor(Date.parse(alert.alert.at) / 1_000);
  return {
    // No names become mentions, no addresses in messages become links, no previews are fetched.
    parse: 'none',
    link_names: false,
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    attachments: [
      {
        color: COLOURS[alert.severity],
        fallback: escaped(`${alert.title}: ${alert.text}`),
        title: escaped(alert.title),
        ...(alert.link === undefined ? {} : { title_link: alert.link }),
        text: escaped(alert.text),
        // Nothing in here is formatted.
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

/** What Slack asks to escape; it disarms `<!channel>`, `<@user>` and `<address|text>`. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack says in the body of a 200 what went wrong. */
function judge(answer: HttpAnswer): DeliveryOutcome {
  if (answer.status !== 200) return judgeByStatus(answer);
  const said = jsonObject(answer.body);
  if (said?.['ok'] === true) return { outcome: 'delivered', answer: 'ok' };
  if (typeof said?.['error'] !== 'string') {
    return { outcome: 'retryable', answer: `HTTP 200, but not the answer of Slack: ${answer.body}` };
  }
  const wait = answer.retryAfterMs;
  return PERMANENT.has(said['error'])
    ? { outcome: 'rejected', answer: said['error'] }
    : { outcome: 'retryable', answer: said['error'], ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}
