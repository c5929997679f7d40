import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import type { DeliveryOutcome } from './define-alerter.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { renderAlert } from './render-alert.js';
import { slack } from './slack.alerter.js';
import { alerterContract, deliveryContext, type Channel } from './testing/alerter-contract.js';
import { SLACK_TOKEN, slackWebhookAlerter, startSlackStandIn, type SlackMessage } from './testing/slack-stand-in.js';
import { sampleAlarm, sampleNote, sampleResolve } from './testing/sample-alerts.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

const CONTROL_SEQUENCE = /[<>]/;

function channelOf(standIn: StandIn<SlackMessage>): Omit<Channel<SlackMessage>, 'options' | 'unreachable' | 'secrets'> {
  return {
    standIn,
    shown: ({ attachments }) =>
      attachments
        .flatMap(({ title, text, fields }) => [title, text, ...fields.flatMap((field) => [field.title, field.value])])
        .map(read)
        .join('\n'),
    expectInert: ({ attachments, ...rest }) => {
      // Slack interprets only text between < and > if everything else is switched off.
      expect(JSON.stringify(attachments)).not.toMatch(CONTROL_SEQUENCE);
      expect(rest).toMatchObject({
        parse: 'none',
        link_names: false,
        mrkdwn: false,
        unfurl_links: false,
        unfurl_media: false,
      });
      expect(attachments).toMatchObject([{ mrkdwn_in: [] }]);
      for (const attachment of attachments) expect(attachment.title_link).toBeUndefined();
    },
    tellsRetryAfter: true,
    echoes: true,
  };
}

/** As Slack shows it. */
function read(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

describe('slack by token', () => {
  alerterContract('slack', async () => {
    const standIn = await startSlackStandIn();
    const { options } = standIn.alerter;
    return {
      ...channelOf(standIn),
      options,
      unreachable: { ...options, 'api-url': `http://127.0.0.1:${await unusedPort()}/api` },
      secrets: [SLACK_TOKEN],
    };
  });
});

describe('slack by webhook', () => {
  alerterContract('slack', async () => {
    const standIn = await startSlackStandIn();
    const { options } = slackWebhookAlerter(standIn);
    const webhook = String(options['webhook-url']);
    return {
      ...channelOf(standIn),
      options,
      unreachable: { 'webhook-url': `http://127.0.0.1:${await unusedPort()}${new URL(webhook).pathname}` },
      secrets: [webhook, new URL(webhook).pathname],
    };
  });
});

describe('slack', () => {
  let standIn: StandIn<SlackMessage>;

  beforeEach(async () => {
    standIn = await startSlackStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (
    alert: Parameters<typeof renderAlert>[0],
    more: Record<string, unknown> = {},
  ): Promise<SlackMessage> => {
    await slack.send({ ...standIn.alerter.options, ...more }, renderAlert(alert), deliveryContext());
    return standIn.received[0]?.message as SlackMessage;
  };

  it.each([
    [sampleAlarm({ type: 'warning' }), '#ff9400'],
    [sampleAlarm({ type: 'critical' }), '#ff0000'],
    [sampleAlarm({ type: 'unknown' }), '#808080'],
    [sampleResolve(), '#36a64f'],
  ])('has the colour of the status: %#', async (alert, colour) => {
    expect((await sentOf(alert)).attachments[0]?.color).toBe(colour);
  });

  it('is sent as 9volt-bot to the channel, with a link to the monitor', async () => {
    const message = await sentOf(sampleAlarm());
    expect(message).toMatchObject({ channel: '#alerts', username: '9volt-bot' });
    expect(message).not.toHaveProperty('icon_url');
    expect(message.attachments[0]).toMatchObject({
      title_link: 'https://9volt.example.com/ui/monitor/web',
      ts: 1_772_359_220,
    });
  });

  it('accepts another name and picture', async () => {
    const message = await sentOf(sampleAlarm(), {
      username: 'night watch',
      'icon-url': 'https://example.com/owl.png',
      'api-url': `${standIn.address}/api/`,
    });
    expect(message).toMatchObject({ username: 'night watch', icon_url: 'https://example.com/owl.png' });
  });

  it('names its message, and a note replies to it in the thread', async () => {
    const { options } = standIn.alerter;
    const alarm = await slack.send(options, renderAlert(sampleAlarm()), deliveryContext());
    expect(alarm).toEqual({ outcome: 'delivered', answer: 'ok', reference: '1700000000.000100' });
    const replyTo = '1700000000.000100';
    await slack.send(options, renderAlert(sampleNote()), deliveryContext({ replyTo }));
    const [first, second] = standIn.accepted.map(({ message }) => message);
    expect(first).not.toHaveProperty('thread_ts');
    expect(second).toMatchObject({
      thread_ts: replyTo,
      attachments: [
        { title: 'ACKNOWLEDGED web by ann: status 502, expected 200', text: expect.stringContaining('disk ordered') },
      ],
    });
  });

  it('posts a note to the channel if it does not know the message, or only has a webhook', async () => {
    for (const [alerter, replyTo] of [
      [standIn.alerter, undefined],
      [slackWebhookAlerter(standIn), '1700000000.000100'],
    ] as const) {
      const context = deliveryContext(replyTo === undefined ? {} : { replyTo });
      await slack.send(alerter.options, renderAlert(sampleNote()), context);
    }
    expect(standIn.accepted.map(({ message }) => [message.attachments[0]?.title, message.thread_ts])).toEqual([
      ['ACKNOWLEDGED web by ann: status 502, expected 200', undefined],
      ['ACKNOWLEDGED web by ann: status 502, expected 200', undefined],
    ]);
  });

  it('is refused with a wrong token, without showing it', async () => {
    const outcome = await slack.send(
      { ...standIn.alerter.options, token: 'xoxb-wrong' },
      renderAlert(sampleAlarm()),
      deliveryContext(),
    );
    expect(outcome).toEqual({ outcome: 'retryable', cause: 'alerter', answer: 'invalid_auth' });
  });
});

describe('the errors that Slack puts into a 200', () => {
  let server: RawServer;
  afterEach(() => server.close());

  const answeredWith = async (body: string, headers: Record<string, string> = {}): Promise<DeliveryOutcome> => {
    server = await startRawServer({ status: 200, headers, body });
    return slack.send(
      { token: 'xoxb-1', channel: '#alerts', 'api-url': server.url },
      renderAlert(sampleAlarm()),
      deliveryContext(),
    );
  };

  it.each([
    ...['invalid_auth', 'not_authed', 'token_revoked', 'token_expired', 'account_inactive', 'missing_scope'],
    ...['channel_not_found', 'not_in_channel', 'is_archived', 'restricted_action'],
  ])('%s is kept until somebody corrects the alerter', async (error) => {
    expect(await answeredWith(JSON.stringify({ ok: false, error }))).toEqual({
      outcome: 'retryable',
      cause: 'alerter',
      answer: error,
    });
  });

  it.each(['no_text', 'msg_too_long', 'invalid_attachments', 'too_many_attachments'])(
    '%s is for good',
    async (error) => {
      expect(await answeredWith(JSON.stringify({ ok: false, error }))).toEqual({ outcome: 'rejected', answer: error });
    },
  );

  it.each(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'some_day_invented'])(
    '%s may pass',
    async (error) => {
      expect(await answeredWith(JSON.stringify({ ok: false, error }))).toEqual({ outcome: 'retryable', answer: error });
    },
  );

  it('ratelimited waits as long as Slack asks', async () => {
    expect(await answeredWith('{"ok":false,"error":"ratelimited"}', { 'Retry-After': '30' })).toEqual({
      outcome: 'retryable',
      answer: 'ratelimited',
      retryAfterMs: 30_000,
    });
  });

  it.each([
    ['{"ok":true}', 'delivered'],
    ['{"ok":false,"error":"no_text"}', 'rejected'],
  ])('are read behind a byte order mark: %s', async (body, outcome) => {
    expect(await answeredWith(`\ufeff${body}`)).toMatchObject({ outcome });
  });

  it.each(['<html>Sign in to the guest network</html>', '', '[]', '{"ok":"true"}'])(
    '%p is no answer of Slack',
    async (body) => {
      expect(await answeredWith(body)).toMatchObject({ outcome: 'retryable', cause: 'alerter' });
    },
  );
});

describe('the answers of a webhook of Slack', () => {
  let server: RawServer;
  afterEach(() => server.close());

  it.each([
    [200, 'ok', { outcome: 'delivered', answer: 'HTTP 200: ok' }],
    [200, 'ok\n', { outcome: 'delivered' }],
    // Rocket.Chat and other compatible ones.
    [200, '{"success":true}', { outcome: 'delivered' }],
    [200, '{"ok":true}', { outcome: 'delivered' }],
    [200, '{"result":"success","msg":""}', { outcome: 'delivered' }],
    [200, '"ok"', { outcome: 'delivered' }],
    [200, 'OK', { outcome: 'delivered' }],
    [200, '\ufeffok\r\n', { outcome: 'delivered' }],
    [200, '{"result":"error","msg":"Invalid API key"}', { outcome: 'retryable', cause: 'alerter' }],
    [200, '{"success":false}', { outcome: 'retryable', cause: 'alerter' }],
    [200, '<html>ok</html>', { outcome: 'retryable', cause: 'alerter' }],
    [200, 'ok, please log in', { outcome: 'retryable', cause: 'alerter' }],
    [200, '{"ok":false,"error":"no"}', { outcome: 'retryable', cause: 'alerter' }],
    [
      200,
      '<!DOCTYPE html><html><body>Please log in to the guest network</body></html>',
      { outcome: 'retryable', cause: 'alerter' },
    ],
    [200, 'Please log in', { outcome: 'retryable', cause: 'alerter' }],
    [200, '', { outcome: 'retryable', cause: 'alerter' }],
    [204, '', { outcome: 'retryable', cause: 'alerter' }],
    [302, '', { outcome: 'retryable', cause: 'alerter' }],
    [400, 'invalid_payload', { outcome: 'rejected' }],
    [400, 'no_text', { outcome: 'rejected' }],
    [400, 'user_not_found', { outcome: 'retryable', cause: 'alerter' }],
    [403, 'action_prohibited', { outcome: 'retryable', cause: 'alerter' }],
    [403, 'invalid_token', { outcome: 'retryable', cause: 'alerter' }],
    [404, 'channel_not_found', { outcome: 'retryable', cause: 'alerter' }],
    [404, 'no_service', { outcome: 'retryable', cause: 'alerter' }],
    [410, 'channel_is_archived', { outcome: 'retryable', cause: 'alerter' }],
    [500, 'rollup_error', { outcome: 'retryable' }],
  ])('%i %s', async (status, body, expected) => {
    server = await startRawServer({ status, body });
    const options = { 'webhook-url': `${server.url}/services/T0/B0/secret` };
    expect(await slack.send(options, renderAlert(sampleAlarm()), deliveryContext())).toMatchObject(expected);
  });
});

describe('options of slack', () => {
  const faults = (options: Record<string, unknown>) => {
    const validated = validateAlerter('mine', { type: 'slack', options });
    return validated.ok ? [] : validated.errors.map((error) => error.path);
  };
  const webhook = 'https://hooks.slack.com/services/T0/B0/secret';

  it.each([
    [{ token: 'xoxb-1', channel: '#alerts' }, []],
    [{ 'webhook-url': webhook }, []],
    [{ 'webhook-url': '${env:HOOK}', username: 'x' }, []],
    [{}, ['/options/token']],
    [{ token: 'xoxb-1' }, ['/options/channel']],
    [{ channel: '#alerts' }, ['/options/token']],
    [{ token: 'xoxb-1', 'webhook-url': webhook }, ['/options/webhook-url']],
    [{ channel: '#alerts', 'webhook-url': webhook }, ['/options/channel']],
    [{ 'webhook-url': 'hooks.slack.com/services' }, ['/options/webhook-url']],
    [{ token: 'xoxb-1', channel: '#alerts', 'api-url': 'ftp://example.com' }, ['/options/api-url']],
    [{ token: 'xoxb-1', channel: '#alerts', 'api-url': 'https://user:password@example.com/api' }, ['/options/api-url']],
    [{ token: 'xoxb-1', chanel: '#alerts' }, ['/options/chanel']],
  ])('%j', (options, expected) => {
    expect(faults(options)).toEqual(expected);
  });

  it('never repeats a secret in a fault', () => {
    const validated = validateAlerter('mine', { type: 'slack', options: { token: 'xoxb-1', 'webhook-url': webhook } });
    expect(JSON.stringify(validated)).not.toMatch(/xoxb-1|hooks\.slack/);
  });
});
