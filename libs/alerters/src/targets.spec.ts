import { afterEach, describe, expect, it } from '@jest/globals';
import { alerterTypes } from './registry.js';
import { renderAlert } from './render-alert.js';
import { deliveryContext } from './testing/alerter-contract.js';
import { NotedTargets } from './testing/noted-targets.js';
import { type RawServer, startRawServer } from './testing/raw-server.js';
import { sampleAlarm } from './testing/sample-alerts.js';
import type { DeliveryOutcome } from './define-alerter.js';

/** Each channel with options that make it connect to `host`. */
const CHANNELS: Record<string, (host: string) => Record<string, unknown>> = {
  http: (host) => ({ url: `http://${host}/latest/meta-data/`, method: 'GET' }),
  'http with PUT': (host) => ({ url: `https://${host}/latest/api/token`, method: 'PUT', headers: { 'X-Ttl': '60' } }),
  slack: (host) => ({ 'webhook-url': `http://${host}/services/x` }),
  'slack by token': (host) => ({ token: 'x', channel: '#a', 'api-url': `http://${host}/api` }),
  pagerduty: (host) => ({ token: 'x', 'api-url': `http://${host}/` }),
  email: (host) => ({ to: 'a@example.com', address: `${host}:25` }),
  discord: (host) => ({ 'webhook-url': `https://${host}/api/webhooks/1/x` }),
  teams: (host) => ({ 'webhook-url': `https://${host}/x` }),
  telegram: (host) => ({ token: '1:x', 'chat-id': '1', 'api-url': `http://${host}` }),
  alertmanager: (host) => ({ url: `http://${host}` }),
};

const HOSTS = [
  '169.254.169.254',
  '0.0.0.0',
  '0',
  '168.63.129.16',
  '192.0.0.192',
  '100.100.100.200',
  'rebound.test',
  'translated.test',
  '[fd00:ec2::23]',
  '[::]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[2002:a9fe:a9fe::]',
];
const NAMES = { 'rebound.test': '169.254.169.254', 'translated.test': '64:ff9b:1::a9fe:a9fe', '0': '0.0.0.0' };
/** If a guard failed, the packet would go nowhere. */
const CLOSED = { host: '127.0.0.1', port: 1 };

function send(channel: string, host: string, targets: NotedTargets): Promise<DeliveryOutcome> {
  const definition = alerterTypes.get(channel.split(' ', 1)[0] as string);
  const options = CHANNELS[channel]?.(host);
  if (!definition || !options) throw new Error(`no such channel: ${channel}`);
  return definition.send(options, renderAlert(sampleAlarm()), deliveryContext({ targets, timeoutMs: 5_000 }));
}

describe('every channel', () => {
  it.each(Object.keys(CHANNELS).flatMap((channel) => HOSTS.map((host) => [channel, host] as const)))(
    '%s sends nothing to %s',
    async (channel, host) => {
      const targets = new NotedTargets({}, NAMES, CLOSED);
      const { outcome, answer } = await send(channel, host, targets);
      expect(targets.connected).toEqual([]);
      expect(outcome).toBe('retryable');
      expect(answer).toContain('is refused as a target');
    },
  );

  it.each(Object.keys(CHANNELS))(
    '%s connects to the address that was judged, not to what the name means by then',
    async (channel) => {
      const targets = new NotedTargets({}, { 'hooks.test': '127.0.0.1' }, CLOSED);
      await send(channel, 'hooks.test', targets);
      expect(targets.connected.map((to) => to.split(' ')[0])).toEqual(['127.0.0.1']);
    },
  );

  it.each(Object.keys(CHANNELS))('%s obeys the target policy of its process', async (channel) => {
    const targets = new NotedTargets({ only: ['192.0.2.0/24'] }, {}, CLOSED);
    expect((await send(channel, '127.0.0.1', targets)).answer).toContain('--target-only');
    expect(targets.connected).toEqual([]);
  });

  it('is in this list, unless it connects nowhere', () => {
    const listed = new Set(Object.keys(CHANNELS).map((channel) => channel.split(' ', 1)[0]));
    expect([...alerterTypes.keys()].filter((type) => !listed.has(type))).toEqual(['exec']);
  });
});

describe('a trial', () => {
  let server: RawServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const answerTo = async (
    options: { status: number; headers?: Record<string, string>; body: string },
    trial: boolean,
    type = 'http',
  ): Promise<string> => {
    server = await startRawServer(options);
    const given = type === 'http' ? { url: server.url } : { 'webhook-url': server.url };
    const sent = alerterTypes.get(type)?.send(given, renderAlert(sampleAlarm()), deliveryContext({ trial }));
    return (await sent)?.answer ?? '';
  };

  it.each<[string, { status: number; headers?: Record<string, string>; body: string }]>([
    ['a page', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>canary</h1>' }],
    ['a file', { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: 'canary and more' }],
    ['XML', { status: 200, headers: { 'Content-Type': 'application/xml' }, body: '<a>canary</a>' }],
    ['what has no type', { status: 200, body: 'canary = 1' }],
    ['a refusal', { status: 403, headers: { 'Content-Type': 'text/plain' }, body: 'the canary sings' }],
    ['a failure', { status: 500, headers: { 'Content-Type': 'application/json' }, body: '{"stack":"canary"}' }],
    ['an unexpected answer', { status: 201, headers: { 'Content-Type': 'text/html' }, body: 'a canary' }],
  ])('shows nothing of %s', async (_, answer) => {
    const shown = await answerTo(answer, true);
    expect(shown).not.toContain('canary');
    expect(shown).toMatch(/^HTTP \d{3}: a body of \d+ bytes \(.*\), not shown in a test$/);
  });

  it("shows a provider's answer, and why it refused", async () => {
    const json = { 'Content-Type': 'application/json; charset=utf-8' };
    expect(await answerTo({ status: 200, headers: json, body: '{"ok":true}' }, true)).toContain('{"ok":true}');
    await server?.close();
    const refusal = '{"status":"invalid event","errors":["routing_key is wrong"],"canary":1}';
    const shown = await answerTo({ status: 400, headers: json, body: refusal }, true);
    expect(shown).toBe('HTTP 400: invalid event: routing_key is wrong');
    await server?.close();
    const html = { 'Content-Type': 'text/html' };
    expect(await answerTo({ status: 404, headers: html, body: 'no_service' }, true, 'slack')).toContain('no_service');
  });

  it('differs from an alert, whose answer is in the record of its incident', async () => {
    expect(await answerTo({ status: 403, body: 'the canary sings' }, false)).toContain('canary');
  });
});
