import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { someOf, unusedPort } from '@9volt/testing';
import { renderAlert } from './render-alert.js';
import { telegram } from './telegram.alerter.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { startJsonProvider } from './testing/json-provider.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';
import { flag, integer, object, oneOf, text } from './testing/shape.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface TelegramMessage {
  chat_id: string;
  message_thread_id?: number;
  text: string;
}

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

/** Parameters of sendMessage, as published; the length of the text counts without its markup. */
const message = object(
  { chat_id: text({ pattern: /^(-?\d+|@\w+)$/ }), text: text({ notEmpty: true }) },
  {
    message_thread_id: integer,
    parse_mode: oneOf('HTML'),
    link_preview_options: object({}, { is_disabled: flag }),
    disable_notification: flag,
  },
);

interface Piece {
  tag: string;
  text: string;
}

/** Splits the HTML as Telegram parses it: few tags, none within a code, three entities and the quote. */
function parse(html: string): { pieces: Piece[]; problems: string[] } {
  const pieces: Piece[] = [];
  const problems: string[] = [];
  let tag = '';
  for (const [token] of html.matchAll(/<[^>]*>|[^<]+|</g)) {
    const [, closing, name = ''] = /^<(\/?)(b|code|a)(?: href="https?:\/\/[^"<>]+")?>$/.exec(token) ?? [];
    if (!token.startsWith('<')) {
      if (/&(?!(?:lt|gt|amp|quot);)|>/.test(token)) problems.push('an unknown entity, or a bare >');
      pieces.push({ tag, text: token.replace(/&(lt|gt|amp|quot);/g, (_all, one: string) => ENTITIES[one] ?? '') });
    } else if (name === '' || (closing ? tag !== name : tag !== '')) {
      problems.push(`can't parse entities: ${token.slice(0, 40)}`);
    } else {
      tag = closing ? '' : name;
    }
  }
  if (tag !== '') problems.push(`<${tag}> is not closed`);
  return { pieces, problems };
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

const read = (html: string): string =>
  parse(html)
    .pieces.map((piece) => piece.text)
    .join('');

function startTelegramStandIn(): Promise<StandIn<TelegramMessage>> {
  return startJsonProvider<TelegramMessage>({
    alerter: (origin) => ({
      type: 'telegram',
      options: { token: TOKEN, 'chat-id': '-1001234567890', 'api-url': origin },
    }),
    problems: (json, { method, path }) => {
      const html = String((json as TelegramMessage | undefined)?.text);
      return [
        ...(method === 'POST' && path === `/bot${TOKEN}/sendMessage` ? [] : [`${method} ${path} is no method`]),
        ...message(json, ''),
        ...parse(html).problems,
        ...(read(html).length > 4_096 ? ['message is too long'] : []),
      ];
    },
    accepted: { status: 200, body: '{"ok":true,"result":{"message_id":1}}' },
    refused: { status: 400, body: '{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}' },
    revoked: { status: 401, body: '{"ok":false,"error_code":401,"description":"Unauthorized"}' },
    gone: { status: 400, body: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}' },
    limited: (retry_after) => ({
      status: 429,
      body: JSON.stringify({
        ok: false,
        error_code: 429,
        description: `Too Many Requests: retry after ${retry_after}`,
        parameters: { retry_after },
      }),
    }),
  });
}

/** Text outside of a code and of a link to the dashboard that Telegram would interpret by itself. */
const ACTIVE = /[@#]\w|:\/\/|\/\w|\w\.[a-z]/i;

alerterContract<TelegramMessage>('telegram', async () => {
  const standIn = await startTelegramStandIn();
  const { options } = standIn.alerter;
  return {
    standIn,
    options,
    unreachable: { ...options, 'api-url': `http://127.0.0.1:${await unusedPort()}` },
    secrets: [TOKEN],
    shown: ({ text: html }) => read(html),
    expectInert: ({ text: html, ...rest }) => {
      expect(rest).toMatchObject({ parse_mode: 'HTML', link_preview_options: { is_disabled: true } });
      for (const piece of someOf(parse(html).pieces)) {
        expect(piece.tag).not.toBe('a');
        if (piece.tag !== 'code') expect(piece.text).not.toMatch(ACTIVE);
      }
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('telegram', () => {
  let standIn: StandIn<TelegramMessage>;

  beforeEach(async () => {
    standIn = await startTelegramStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (alert: Alert, more: Record<string, unknown> = {}): Promise<TelegramMessage> => {
    await telegram.send({ ...standIn.alerter.options, ...more }, renderAlert(alert), deliveryContext());
    expect(standIn.received[0]?.problems).toEqual([]);
    return standIn.received[0]?.message as TelegramMessage;
  };

  it.each([
    [sampleAlarm({ type: 'warning' }), '🟠'],
    [sampleAlarm({ type: 'critical' }), '🔴'],
    [sampleAlarm({ type: 'unknown' }), '⚪'],
    [sampleResolve(), '🟢'],
    [sampleResolve({ reason: 'disabled' }), '⚫'],
  ])('starts with the sign of the status: %#', async (alert, sign) => {
    expect((await sentOf(alert)).text.startsWith(`${sign} <b>${renderAlert(alert).title}</b>\n`)).toBe(true);
  });

  it('goes to the chat and its topic, with a link to the monitor', async () => {
    const sent = await sentOf(sampleAlarm(), { 'chat-id': '@ops', 'thread-id': '42' });
    expect(sent).toMatchObject({ chat_id: '@ops', message_thread_id: 42 });
    expect(sent.text).toContain('<a href="https://9volt.example.com/ui/monitor/web">');
  });

  it('mentions nobody, and shows who would have been mentioned', async () => {
    const hostile = '@everyone @durov #tag /start <b>x</b> https://evil.example evil.example';
    const { pieces } = parse((await sentOf(hostileAlert(hostile))).text);
    expect(pieces.filter(({ tag, text: said }) => tag !== 'code' && ACTIVE.test(said))).toEqual([]);
    expect(pieces.filter(({ tag, text: said }) => tag === 'code' && said.includes(hostile)).length).toBeGreaterThan(5);
  });

  it('uses all the room that the limit leaves', async () => {
    const sent = await sentOf(hostileAlert('<&>"'.repeat(16_384)));
    expect(read(sent.text).length).toBeGreaterThan(2_500);
  });

  it.each([
    [{ token: TOKEN, 'chat-id': '-100' }, []],
    [{ token: '${env:TOKEN}', 'chat-id': '@ops', 'thread-id': '7' }, []],
    [{}, ['/options/token', '/options/chat-id']],
    [{ token: '1:a/../b', 'chat-id': '1' }, ['/options/token']],
    [{ token: TOKEN, 'chat-id': 'ops' }, ['/options/chat-id']],
    [{ token: TOKEN, 'chat-id': '1', 'api-url': 'telegram' }, ['/options/api-url']],
  ])('takes the options %j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'telegram', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
    expect(JSON.stringify(validated.ok ? '' : validated.errors)).not.toContain('1:a');
  });
});

describe('the answers of Telegram', () => {
  let server: RawServer;
  afterEach(() => server.close());

  it.each([
    [200, '{"ok":true}', { outcome: 'delivered' }],
    [200, '<html>Sign in to the guest network</html>', { outcome: 'retryable', cause: 'alerter' }],
    [200, '{"ok":false}', { outcome: 'retryable', cause: 'alerter' }],
    [
      400,
      '{"ok":false,"description":"Bad Request: chat not found"}',
      { outcome: 'retryable', cause: 'alerter', answer: 'HTTP 400: Bad Request: chat not found' },
    ],
    ...[
      'Bad Request: message thread not found',
      'Bad Request: not enough rights to send text messages to the chat',
      'Bad Request: need administrator rights in the channel chat',
      'Bad Request: TOPIC_CLOSED',
      'Bad Request: PEER_ID_INVALID',
      'Bad Request: CHAT_WRITE_FORBIDDEN',
    ].map(
      (description) =>
        [400, JSON.stringify({ ok: false, description }), { outcome: 'retryable', cause: 'alerter' }] as const,
    ),
    [400, '{"ok":false,"description":"Bad Request: message is too long"}', { outcome: 'rejected' }],
    [400, '{"ok":false,"description":"Bad Request: can\'t parse entities"}', { outcome: 'rejected' }],
    [401, '{"ok":false,"description":"Unauthorized"}', { outcome: 'retryable', cause: 'alerter' }],
    [403, '{"ok":false,"description":"Forbidden: bot was kicked"}', { outcome: 'retryable', cause: 'alerter' }],
    [404, '{"ok":false,"description":"Not Found"}', { outcome: 'retryable', cause: 'alerter' }],
    [429, '{"ok":false,"parameters":{"retry_after":5}}', { outcome: 'retryable', retryAfterMs: 5_000 }],
    [502, '', { outcome: 'retryable' }],
  ])('%i %s', async (status, body, expected) => {
    server = await startRawServer({ status, body });
    const options = { token: TOKEN, 'chat-id': '1', 'api-url': `${server.url}/` };
    expect(await telegram.send(options, renderAlert(sampleAlarm()), deliveryContext())).toMatchObject(expected);
    expect(server.paths).toEqual([`/bot${TOKEN}/sendMessage`]);
  });

  const MOVED =
    '{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001557912345}}';

  const movingTo = async (isThere: (chat: unknown) => boolean) => {
    const chats: unknown[] = [];
    server = await startRawServer((request, response) => {
      void bodyOf(request).then((body) => {
        const { chat_id: chat } = JSON.parse(body) as { chat_id: unknown };
        chats.push(chat);
        response.writeHead(isThere(chat) ? 200 : 400).end(isThere(chat) ? '{"ok":true}' : MOVED);
      });
    });
    const options = { token: TOKEN, 'chat-id': '-4001', 'api-url': server.url };
    return { outcome: await telegram.send(options, renderAlert(sampleAlarm()), deliveryContext()), chats };
  };

  it('reports the new id of a group that became a supergroup', async () => {
    const { outcome, chats } = await movingTo((chat) => chat === '-1001557912345');
    expect(chats).toEqual(['-4001', '-1001557912345']);
    expect(outcome).toMatchObject({
      outcome: 'delivered',
      notice: 'chat -4001 is now -1001557912345: give that as chat-id',
    });
  });

  it('follows once only', async () => {
    const { outcome, chats } = await movingTo(() => false);
    expect(chats).toEqual(['-4001', '-1001557912345']);
    expect(outcome).toMatchObject({ outcome: 'retryable', cause: 'alerter' });
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
