import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { someOf, unusedPort } from '@9volt/testing';
import { renderAlert } from './render-alert.js';
import { teams } from './teams.alerter.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { startJsonProvider } from './testing/json-provider.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { hostileAlert, sampleAlarm, sampleGroup, sampleResolve } from './testing/sample-alerts.js';
import { list, object, oneOf, text } from './testing/shape.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface TextRun {
  text: string;
  weight?: string;
  color?: string;
}

interface TeamsMessage {
  summary: string;
  attachments: [
    { content: { body: { type: string; inlines: TextRun[] }[]; actions?: { type: string; url: string }[] } },
  ];
}

const WEBHOOK_PATH =
  '/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sig=stand-in-signature';

/** The input of a workflow and of an incoming webhook, and the part of the schema of Adaptive Cards 1.4 that we use. */
const run = object(
  { type: oneOf('TextRun'), text: text({ notEmpty: true }) },
  {
    weight: oneOf('lighter', 'default', 'bolder'),
    size: oneOf('small', 'default', 'medium', 'large', 'extraLarge'),
    color: oneOf('default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'),
  },
);
const spacing = oneOf('none', 'small', 'default', 'medium', 'large', 'extraLarge', 'padding');
const block = object({ type: oneOf('RichTextBlock'), inlines: list(run, 10) }, { spacing });
const card = object(
  { type: oneOf('AdaptiveCard'), version: oneOf('1.2', '1.3', '1.4'), body: list(block, 50) },
  {
    $schema: text({ pattern: /^http:\/\/adaptivecards\.io\/schemas\/adaptive-card\.json$/ }),
    msteams: object({}, { width: oneOf('Full') }),
    actions: list(
      object({ type: oneOf('Action.OpenUrl'), url: text({ pattern: /^https?:\/\// }) }, { title: text() }),
      6,
    ),
  },
);
const message = object({
  type: oneOf('message'),
  summary: text({ notEmpty: true }),
  attachments: list(
    object(
      { contentType: oneOf('application/vnd.microsoft.card.adaptive'), content: card },
      { contentUrl: oneOf(null) },
    ),
    1,
  ),
});

function startTeamsStandIn(): Promise<StandIn<TeamsMessage>> {
  return startJsonProvider<TeamsMessage>({
    alerter: (origin) => ({ type: 'teams', options: { 'webhook-url': `${origin}${WEBHOOK_PATH}` } }),
    problems: (json, { method, path, body }) => [
      ...(method === 'POST' && path === WEBHOOK_PATH ? [] : [`${method} ${path} is not the workflow`]),
      ...message(json, ''),
      ...(Buffer.byteLength(body) > 28 * 1_024 ? ['the message has more than 28 KB'] : []),
    ],
    accepted: { status: 202, body: '' },
    refused: { status: 400, body: '{"error":{"code":"TriggerInputSchemaMismatch","message":"The input is invalid."}}' },
    revoked: { status: 401, body: '{"error":{"code":"DirectApiAuthorizationRequired","message":"Not authorized."}}' },
    gone: { status: 404, body: '{"error":{"code":"WorkflowNotFound","message":"It could not be found."}}' },
  });
}

const blocksOf = ({ attachments: [{ content }] }: TeamsMessage): string[] =>
  content.body.map(({ inlines }) => inlines.map((one) => one.text).join(''));

alerterContract<TeamsMessage>('teams', async () => {
  const standIn = await startTeamsStandIn();
  return {
    standIn,
    options: standIn.alerter.options,
    unreachable: { 'webhook-url': `http://127.0.0.1:${await unusedPort()}${WEBHOOK_PATH}` },
    secrets: [`${standIn.address}${WEBHOOK_PATH}`, WEBHOOK_PATH, 'stand-in-signature'],
    shown: (received) => blocksOf(received).join('\n'),
    expectInert: (received) => {
      // Only runs of text, which have no markup, links or mentions.
      const [{ content }] = received.attachments;
      expect(content).not.toHaveProperty('actions');
      expect(content).toHaveProperty('msteams', { width: 'Full' });
      for (const { type, inlines } of someOf(content.body)) {
        expect(type).toBe('RichTextBlock');
        for (const one of someOf(inlines)) expect(one).toMatchObject({ type: 'TextRun', text: expect.any(String) });
      }
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('teams', () => {
  let standIn: StandIn<TeamsMessage>;

  beforeEach(async () => {
    standIn = await startTeamsStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (alert: Alert): Promise<TeamsMessage> => {
    await teams.send(standIn.alerter.options, renderAlert(alert), deliveryContext());
    expect(standIn.received[0]?.problems).toEqual([]);
    return standIn.received[0]?.message as TeamsMessage;
  };

  it.each([
    [sampleAlarm({ type: 'warning' }), 'warning'],
    [sampleAlarm({ type: 'critical' }), 'attention'],
    [sampleAlarm({ type: 'unknown' }), 'default'],
    [sampleResolve(), 'good'],
  ])('has the colour of the status: %#', async (alert, colour) => {
    const [{ content }] = (await sentOf(alert)).attachments;
    expect(content.body[0]?.inlines[0]).toMatchObject({ weight: 'bolder', color: colour });
  });

  it('shows its first line on a locked phone, which shows no card', async () => {
    expect((await sentOf(sampleAlarm())).summary).toBe('CRITICAL web: status 502, expected 200');
  });

  it('shows each line of a group in a line of its own', async () => {
    const sent = await sentOf(sampleGroup());
    expect(blocksOf(sent).slice(1, 3)).toEqual([
      'CRITICAL web (since 2026-03-01T10:00:00.000Z)',
      'CRITICAL db (since 2026-03-01T10:00:00.000Z)',
    ]);
  });

  it('has a button that leads to the monitor', async () => {
    const [{ content }] = (await sentOf(sampleAlarm())).attachments;
    expect(content.actions).toMatchObject([
      { type: 'Action.OpenUrl', url: 'https://9volt.example.com/ui/monitor/web' },
    ]);
  });

  it.each(['漢', '"', '\\', '🔥'])('stays below 28 KB when all texts are full of %s', async (character) => {
    const sent = await sentOf(hostileAlert(character.repeat(65_536)));
    expect(blocksOf(sent).join('').length).toBeGreaterThan(4_000);
  });

  it.each([
    [{ 'webhook-url': 'https://example.com/workflows/1' }, []],
    [{ 'webhook-url': '${file:/run/secrets/teams}' }, []],
    [{}, ['/options/webhook-url']],
    [{ 'webhook-url': 'javascript:alert(1)' }, ['/options/webhook-url']],
  ])('takes the options %j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'teams', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
  });
});

describe('the answers of Teams', () => {
  let server: RawServer;
  afterEach(() => server.close());

  const behind = (status: number) =>
    `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0`;

  it.each([
    [202, '', {}, { outcome: 'delivered' }],
    [200, '1', {}, { outcome: 'delivered' }],
    [200, '', {}, { outcome: 'delivered' }],
    [200, '{"body":"what the workflow was made to answer"}', {}, { outcome: 'delivered' }],
    [200, '<html>Sign in to the guest network</html>', {}, { outcome: 'retryable', cause: 'alerter' }],
    [200, 'Please sign in', {}, { outcome: 'retryable', cause: 'alerter' }],
    [200, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [202, '<html>Sign in to the guest network</html>', {}, { outcome: 'retryable', cause: 'alerter' }],
    [200, behind(429), {}, { outcome: 'retryable' }],
    [200, behind(502), {}, { outcome: 'retryable' }],
    [200, behind(413), {}, { outcome: 'rejected' }],
    [400, 'Bad payload received by generic incoming webhook.', {}, { outcome: 'rejected' }],
    [200, behind(404), {}, { outcome: 'retryable', cause: 'alerter' }],
    [400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [401, '{"error":{"code":"DirectApiAuthorizationRequired"}}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [404, '{"error":{"code":"WorkflowNotFound"}}', {}, { outcome: 'retryable', cause: 'alerter' }],
    [410, '', {}, { outcome: 'retryable', cause: 'alerter' }],
    [429, '', { 'Retry-After': '21' }, { outcome: 'retryable', retryAfterMs: 21_000 }],
    [502, '', {}, { outcome: 'retryable' }],
  ])('%i %s', async (status, body, headers, expected) => {
    server = await startRawServer({ status, body, headers: headers as Record<string, string> });
    const options = { 'webhook-url': `${server.url}/workflows/1` };
    expect(await teams.send(options, renderAlert(sampleAlarm()), deliveryContext())).toMatchObject(expected);
  });
});
