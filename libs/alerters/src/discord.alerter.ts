import { Shown, Text } from '@9volt/contracts';
import { defineAlerter, type DeliveryOutcome } from './define-alerter.js';
import { fitFields, shortened } from './fit-fields.js';
import { deliverHttp, judgeByStatus, notFrom, untilCorrected, type HttpAnswer } from './http-delivery.js';
import { HttpUrl, secretsOfUrl } from './http-url.js';
import { jsonObject } from './json-object.js';
import type { RenderedAlert, Severity } from './render-alert.js';
import { waitMs } from './retry-after.js';

const DEFAULT_USERNAME = '9volt';
/** Limits of an embed. The limit of all its texts together leaves room for title, text and footer. */
const MAX_TITLE = 256;
const MAX_DESCRIPTION = 1_000;
const ROOM = { each: 1_024, total: 4_500 };

const COLOURS: Record<Severity, number> = {
  ok: 0x36a64f,
  closed: 0x808080,
  info: 0x439fe0,
  warning: 0xff9400,
  critical: 0xff0000,
  unknown: 0x808080,
};

@Shown('webhook-url', 'username')
export class DiscordOptions {
  @HttpUrl({
    doc: 'Address of a webhook of the channel (Channel settings, Integrations, Webhooks).',
    secret: true,
    required: true,
    example: 'https://discord.com/api/webhooks/0/example',
  })
  'webhook-url'!: string;

  // Discord refuses its own name in a sender's name.
  @Text({
    doc: 'Name shown as the sender.',
    default: DEFAULT_USERNAME,
    notEmpty: true,
    maxLength: 80,
    pattern: /^(?!.*(?:discord|clyde))/i,
    expected: 'a name without "discord" or "clyde", which Discord keeps for itself',
  })
  username?: string;

  @HttpUrl({ doc: 'Address of a picture next to the name.', example: 'https://example.com/9volt.png' })
  'avatar-url'?: string;
}

export const discord = defineAlerter<DiscordOptions>({
  type: 'discord',
  summary: 'Posts to a Discord channel through a webhook.',
  options: DiscordOptions,
  destination: [],
  send(options, alert, context) {
    const webhook = options['webhook-url'];
    return deliverHttp(
      {
        url: confirmed(webhook),
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          username: options.username ?? DEFAULT_USERNAME,
          ...(options['avatar-url'] === undefined ? {} : { avatar_url: options['avatar-url'] }),
          // Discord pings nobody, whatever the texts contain.
          allowed_mentions: { parse: [] },
          embeds: [embedOf(alert)],
        }),
        secrets: secretsOfUrl(webhook),
      },
      context,
      judge,
    );
  },
});

/** Asks for an answer that says whether Discord kept the message; otherwise the answer comes before that is known. */
function confirmed(webhook: string): string {
  if (!URL.canParse(webhook)) return webhook;
  const url = new URL(webhook);
  url.searchParams.set('wait', 'true');
  return url.href;
}

function embedOf({ title, text, severity, fields, link, alert }: RenderedAlert): Record<string, unknown> {
  const at = Date.parse(alert.at);
  return {
    title: escapedTo(title, MAX_TITLE),
    description: escapedTo(text, MAX_DESCRIPTION),
    ...(link === undefined ? {} : { url: link }),
    color: COLOURS[severity],
    ...(Number.isNaN(at) ? {} : { timestamp: new Date(at).toISOString() }),
    footer: { text: '9volt' },
    fields: fitFields(fields, ROOM, (value) => escaped(value).length).map(({ label, value, short }) => ({
      name: label,
      value: escaped(value),
      inline: short ?? false,
    })),
  };
}

function escapedTo(text: string, limit: number): string {
  return escaped(shortened(text, limit, (part) => escaped(part).length));
}

/** Discord shows a character after a backslash as it is: no emphasis, links, mentions, timestamps, commands or emoji. */
function escaped(text: string): string {
  return text.replace(/[\\`*_~|<>#@:[\]()+-]/g, '\\$&');
}

/**
 * Codes beside a 400 that are about the webhook's channel: unknown channel or webhook, a locked or archived thread, a forum that
 * requires a thread. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
 */
const ABOUT_CHANNEL = new Set([10003, 10015, 40058, 40067, 50001, 50013, 50027, 50083, 160005, 220001, 220003]);

/**
 * Discord answers with the kept message, and with an empty body if it does not know `wait`:
 * https://discord.com/developers/docs/resources/webhook#execute-webhook. Any other 2xx does not come from Discord.
 */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const said = jsonObject(answer.body);
  if (answer.status === 204 || (answer.status === 200 && typeof said?.['id'] === 'string')) {
    return { outcome: 'delivered', answer: `HTTP ${answer.status}` };
  }
  const wait = waitMs(said?.['retry_after']) ?? answer.retryAfterMs;
  const outcome = judgeByStatus({ ...answer, ...(wait === undefined ? {} : { retryAfterMs: wait }) });
  if (outcome.outcome === 'delivered') return notFrom('Discord', answer);
  const code = said?.['code'];
  const aboutChannel = outcome.outcome === 'rejected' && typeof code === 'number' && ABOUT_CHANNEL.has(code);
  return aboutChannel ? untilCorrected(outcome.answer) : outcome;
}
