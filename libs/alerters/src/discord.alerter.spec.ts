import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { someOf, unusedPort } from '@9volt/testing';
import { discord } from './discord.alerter.js';
import { renderAlert } from './render-alert.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { startJsonProvider } from './testing/json-provider.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';
import { flag, integer, list, object, text } from './testing/shape.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface Embed {
  title: string;
  description: string;
  url?: string;
  color: number;
  footer: { text: string };
  fields: { name: string; value: string; inline: boolean }[];
}

interface DiscordMessage {
  username: string;
  avatar_url?: string;
  allowed_mentions: unknown;
  embeds: [Embed];
}

const WEBHOOK_PATH = '/api/webhooks/123456789012345678/stand-in-token_0123456789';

/** Execute Webhook and the limits of embeds, as Discord publishes them. */
const embed = object(
  {},
  {
    title: text({ notEmpty: true, atMost: 256 }),
    description: text({ notEmpty: true, atMost: 4_096 }),
    url: text({ pattern: /^https?:\/\// }),
    color: integer,
    timestamp: text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ }),
    footer: object({ text: text({ notEmpty: true, atMost: 2_048 }) }),
    fields: list(
      object(
        { name: text({ notEmpty: true, atMost: 256 }), value: text({ notEmpty: true, atMost: 1_024 }) },
        { inline: flag },
      ),
      25,
    ),
  },
);
const message = object(
  { embeds: list(embed, 10) },
  {
    content: text({ notEmpty: true, atMost: 2_000 }),
    username: text({ notEmpty: true, atMost: 80, pattern: /^(?!.*(discord|clyde))/i }),
    avatar_url: text({ pattern: /^https?:\/\// }),
    allowed_mentions: object({}, { parse: list(text(), 3) }),
  },
);

function startDiscordStandIn(): Promise<StandIn<DiscordMessage>> {
  return startJsonProvider<DiscordMessage>({
    alerter: (origin) => ({ type: 'discord', options: { 'webhook-url': `${origin}${WEBHOOK_PATH}` } }),
    problems: (json, { method, path }) => [
      ...(method === 'POST' && path === `${WEBHOOK_PATH}?wait=true` ? [] : [`${method} ${path} is not the webhook`]),
      ...message(json, ''),
      ...tooLong(json as DiscordMessage | undefined),
    ],
    accepted: { status: 200, body: '{"id":"1200000000000000000","type":0,"embeds":[]}' },
    refused: { status: 400, body: '{"message":"Invalid Form Body","code":50035}' },
    revoked: { status: 401, body: '{"message":"Invalid Webhook Token","code":50027}' },
    gone: { status: 404, body: '{"message":"Unknown Webhook","code":10015}' },
    limited: (retryAfterS) => ({
      status: 429,
      body: JSON.stringify({ message: 'You are being rate limited.', retry_after: retryAfterS, global: false }),
    }),
  });
}

function tooLong(json: DiscordMessage | undefined): string[] {
  const texts = (json?.embeds ?? []).flatMap(({ title, description, footer, fields }) => [
    ...[title, description, footer.text],
    ...fields.flatMap(({ name, value }) => [name, value]),
  ]);
  return texts.join('').length > 6_000 ? ['the texts of the embeds have more than 6000 characters'] : [];
}

const textsOf = ({ embeds: [{ title, description, fields }] }: DiscordMessage): string[] => [
  ...[title, description],
  ...fields.flatMap(({ name, value }) => [name, value]),
];

/** As Discord shows it. */
const read = (marked: string): string => marked.replace(/\\([^0-9A-Za-z\s])/g, '$1');

alerterContract<DiscordMessage>('discord', async () => {
  const standIn = await startDiscordStandIn();
  return {
    standIn,
    options: standIn.alerter.options,
    unreachable: { 'webhook-url': `http://127.0.0.1:${await unusedPort()}${WEBHOOK_PATH}` },
    secrets: [String(standIn.alerter.options['webhook-url']), WEBHOOK_PATH],
    shown: (received) => textsOf(received).map(read).join('\n'),
    expectInert: (received) => {
      expect(received.allowed_mentions).toEqual({ parse: [] });
      expect(received).not.toHaveProperty('content');
      expect(received.embeds[0].url).toBeUndefined();
      // Removes the escaped characters; then no character is left that Discord interprets.
      for (const marked of someOf(textsOf(received))) {
        expect(marked.replace(/\\[^0-9A-Za-z\s]/g, '')).not.toMatch(/[\\`*_~|<>#@:[\]]/);
      }
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('discord', () => {
  let standIn: StandIn<DiscordMessage>;

  beforeEach(async () => {
    standIn = await startDiscordStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (alert: Alert, more: Record<string, unknown> = {}): Promise<DiscordMessage> => {
    await discord.send({ ...standIn.alerter.options, ...more }, renderAlert(alert), deliveryContext());
    expect(standIn.received[0]?.problems).toEqual([]);
    return standIn.received[0]?.message as DiscordMessage;
  };

  it.each([
    [sampleAlarm({ type: 'warning' }), 0xff9400],
    [sampleAlarm({ type: 'critical' }), 0xff0000],
    [sampleAlarm({ type: 'unknown' }), 0x808080],
    [sampleResolve(), 0x36a64f],
  ])('has the colour of the status: %#', async (alert, colour) => {
    expect((await sentOf(alert)).embeds[0].color).toBe(colour);
  });

  it('has a sender, and a link to the monitor', async () => {
    const sent = await sentOf(sampleAlarm(), { username: 'night watch', 'avatar-url': 'https://example.com/owl.png' });
    expect(sent).toMatchObject({
      username: 'night watch',
      avatar_url: 'https://example.com/owl.png',
      embeds: [{ url: 'https://9volt.example.com/ui/monitor/web', timestamp: '2026-03-01T10:00:20.000Z' }],
    });
  });

  it('pings nobody, and shows who would have been pinged', async () => {
    const sent = await sentOf(hostileAlert('@everyone <@&123> <t:0:R> </cmd:1> :skull: # x'));
    expect(JSON.stringify(sent)).not.toMatch(/[^\\]@|[^\\]<[@t/]/);
    expect(textsOf(sent).map(read).join('\n')).toContain('@everyone <@&123> <t:0:R> </cmd:1> :skull: # x');
  });

  it('stays within the limits when every character is escaped', async () => {
    const sent = await sentOf(hostileAlert('*'.repeat(65_536)));
    expect(textsOf(sent).join('').length).toBeGreaterThan(3_000);
    // No cut separates a backslash from the character that it escapes.
    for (const marked of someOf(textsOf(sent))) expect(marked).not.toMatch(/(^|[^\\])(\\\\)*\\$/);
  });

  it.each([
    [{ 'webhook-url': 'https://discord.com/api/webhooks/1/a' }, []],
    [{ 'webhook-url': '${env:HOOK}', username: 'owl' }, []],
    [{}, ['/options/webhook-url']],
    [{ 'webhook-url': 'discord.com/api' }, ['/options/webhook-url']],
    [{ 'webhook-url': '${env:HOOK}', username: 'My Discord bot' }, ['/options/username']],
  ])('takes the options %j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'discord', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
  });
});

describe('the answers of Discord', () => {
  let server: RawServer;
  afterEach(() => server.close());

  it.each([
    [200, '{"id":"1"}', {}, { outcome: 'delivered' }],
    [200, '<html>Sign in to the guest network</html>', {}, { outcome: 'retryable', cause: 'alerter' }],
    [200, '{}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [204, '', {}, { outcome: 'delivered' }],
    [400, '{"message":"Invalid Form Body","code":50035}', {}, { outcome: 'rejected' }],
    [
      400,
      '{"message":"Webhooks posted to forum channels must have a thread_name or thread_id","code":220001}',
      {},
      { outcome: 'retryable', cause: 'alerter' },
    ],
    [401, '{"message":"Invalid Webhook Token","code":50027}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [403, '{"message":"Missing Access","code":50001}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [404, '{"message":"Unknown Webhook","code":10015}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [429, '{"retry_after":0.65}', { 'Retry-After': '1' }, { outcome: 'retryable', retryAfterMs: 650 }],
    [429, 'error code: 1015', { 'Retry-After': '3' }, { outcome: 'retryable', retryAfterMs: 3_000 }],
    [502, '', {}, { outcome: 'retryable' }],
  ])('%i %s', async (status, body, headers, expected) => {
    server = await startRawServer({ status, body, headers: headers as Record<string, string> });
    const options = { 'webhook-url': `${server.url}/api/webhooks/1/a` };
    expect(await discord.send(options, renderAlert(sampleAlarm()), deliveryContext())).toMatchObject(expected);
  });
});
