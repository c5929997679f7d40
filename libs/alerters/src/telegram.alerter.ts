import { isPlainObject, Shown, Text } from '@9volt/contracts';
import { defineAlerter, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { fitFields, shortened } from './fit-fields.js';
import { deliverHttp, judgeByStatus, notFrom, untilCorrected, type HttpAnswer } from './http-delivery.js';
import { HttpUrl } from './http-url.js';
import { jsonObject } from './json-object.js';
import type { RenderedAlert, Severity } from './render-alert.js';
import { waitMs } from './retry-after.js';

const DEFAULT_API_URL = 'https://api.telegram.org';
/** A message has at most 4096 characters without its markup: title, text, and then the fields with their separators. */
const MAX_HEADING = 500;
const ROOM = { each: 1_500, total: 2_900 };

const SIGNS: Record<Severity, string> = {
  ok: '🟢',
  closed: '⚫',
  info: '🔵',
  warning: '🟠',
  critical: '🔴',
  unknown: '⚪',
};

@Shown('token', 'chat-id')
export class TelegramOptions {
  @Text({
    doc: 'Token of the bot, as BotFather gave it.',
    secret: true,
    required: true,
    maxLength: 256,
    pattern: /^(?:\d+:[\w-]+|\$\{(?:env|file):[^}]+\})$/,
    expected: 'a token such as "123456:ABC-DEF"',
    example: '123456:example',
  })
  token!: string;

  @Text({
    doc: 'Chat of which the bot is a member: its number (negative for a group), or the @name of a public channel.',
    required: true,
    maxLength: 256,
    pattern: /^(?:-?\d+|@\w+|\$\{(?:env|file):[^}]+\})$/,
    expected: 'a number such as "-1001234567890", or a name such as "@channel"',
    example: '-1001234567890',
  })
  'chat-id'!: string;

  @Text({
    doc: 'Number of the topic, in a group that has topics.',
    maxLength: 20,
    pattern: /^\d+$/,
    expected: 'a whole number, in quotes',
    example: '42',
  })
  'thread-id'?: string;

  @HttpUrl({
    doc: 'Address of the Bot API of Telegram or of your own server; 9volt appends the token and the method.',
    default: DEFAULT_API_URL,
  })
  'api-url'?: string;
}

export const telegram = defineAlerter<TelegramOptions>({
  type: 'telegram',
  summary: 'Sends a message to a Telegram chat through a bot.',
  options: TelegramOptions,
  destination: ['api-url'],
  async send(options, alert, context) {
    const chat = options['chat-id'];
    let movedTo: string | undefined;
    const outcome = await sendTo(chat, options, alert, context, (answer) => {
      movedTo = migratedTo(answer);
      return judge(answer);
    });
    if (movedTo === undefined) return outcome;
    const there = await sendTo(movedTo, options, alert, context, judge);
    const notice = `chat ${chat} is now ${movedTo}: give that as chat-id`;
    return there.outcome === 'delivered' ? { ...there, notice } : { ...there, answer: `${there.answer} (${notice})` };
  },
});

function sendTo(
  chat: string,
  options: TelegramOptions,
  alert: RenderedAlert,
  context: DeliveryContext,
  judged: (answer: HttpAnswer) => DeliveryOutcome,
): Promise<DeliveryOutcome> {
  const thread = options['thread-id'];
  return deliverHttp(
    {
      url: `${(options['api-url'] ?? DEFAULT_API_URL).replace(/\/+$/, '')}/bot${options.token}/sendMessage`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        chat_id: chat,
        ...(thread === undefined ? {} : { message_thread_id: Number(thread) }),
        text: htmlOf(alert),
        parse_mode: 'HTML',
        link_preview_options: { is_disabled: true },
      }),
      secrets: [options.token],
    },
    context,
    judged,
  );
}

function htmlOf({ title, text, severity, fields, link }: RenderedAlert): string {
  return [
    `${SIGNS[severity]} ${heading(title)}`,
    inert(shortened(text, MAX_HEADING)),
    '',
    ...fitFields(fields, ROOM).map(({ label, value }) => {
      // The address of our own dashboard is the only link.
      const shown = value === link ? `<a href="${escaped(value)}">${escaped(value)}</a>` : code(value);
      return `<b>${escaped(label)}</b>: ${shown}`;
    }),
  ].join('\n');
}

/** Text that Telegram would turn into a link, mention, hashtag or command by itself. It does not do so within a code. */
const ACTIVE = /[@#$/]|[.:](?=\S)/;

function heading(title: string): string {
  const short = shortened(title, MAX_HEADING);
  return ACTIVE.test(short) ? code(short) : `<b>${escaped(short)}</b>`;
}

function inert(text: string): string {
  return ACTIVE.test(text) ? code(text) : escaped(text);
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Errors of a 400 about the chat, or the bot's rights in it; all others are about the message. */
const ABOUT_CHAT =
  /(?:chat|thread|topic|user|peer)\S* (?:is )?(?:not found|closed|deactivated|deleted|invalid)|upgraded|rights|administrator|kicked|CHAT_|TOPIC_|PEER_|USER_|CHANNEL_/i;

/**
 * Telegram puts its errors into JSON: https://core.telegram.org/bots/api#making-requests. Anything else does not come from
 * Telegram.
 */
function judge(answer: HttpAnswer): DeliveryOutcome {
  const said = jsonObject(answer.body);
  if (said?.['ok'] === true) return { outcome: 'delivered', answer: `HTTP ${answer.status}: ok` };
  const wait = waitMs(parametersOf(answer)['retry_after']) ?? answer.retryAfterMs;
  const description = said?.['description'];
  const outcome = judgeByStatus({
    ...answer,
    body: typeof description === 'string' ? description : answer.body,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
  if (outcome.outcome === 'delivered') return notFrom('Telegram', answer);
  const aboutChat = outcome.outcome === 'rejected' && typeof description === 'string' && ABOUT_CHAT.test(description);
  return aboutChat ? untilCorrected(outcome.answer) : outcome;
}

/** The new number of a group that became a supergroup: https://core.telegram.org/bots/api#responseparameters. */
function migratedTo(answer: HttpAnswer): string | undefined {
  const id = parametersOf(answer)['migrate_to_chat_id'];
  return typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : undefined;
}

function parametersOf({ body }: HttpAnswer): Record<string, unknown> {
  const parameters = jsonObject(body)?.['parameters'];
  return isPlainObject(parameters) ? parameters : {};
}
