import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { unusedPort } from '@9volt/testing';
import type { DeliveryOutcome } from './define-alerter.js';
import { dedupKeyOf, pagerduty } from './pagerduty.alerter.js';
import { renderAlert } from './render-alert.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { PAGERDUTY_KEY, startPagerDutyStandIn, type PagerDutyEvent } from './testing/pagerduty-stand-in.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { sampleAlarm, sampleNote, sampleResolve } from './testing/sample-alerts.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

alerterContract<PagerDutyEvent>('pagerduty', async () => {
  const standIn = await startPagerDutyStandIn();
  const { options } = standIn.alerter;
  return {
    standIn,
    options,
    unreachable: { ...options, 'api-url': `http://127.0.0.1:${await unusedPort()}/v2/enqueue` },
    secrets: [PAGERDUTY_KEY],
    shown: ({ payload }) => [payload.summary, ...Object.entries(payload.custom_details ?? {}).flat()].join('\n'),
    expectInert: ({ payload, links, client_url }) => {
      // PagerDuty shows all of these as text; only a link could have an effect.
      expect(links).toBeUndefined();
      expect(client_url).toBeUndefined();
      for (const line of [payload.summary, payload.source, payload.component, payload.group, payload.class])
        expect(line).not.toMatch(/[\r\n]/);
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('pagerduty', () => {
  let standIn: StandIn<PagerDutyEvent>;

  beforeEach(async () => {
    standIn = await startPagerDutyStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (alert: Alert): Promise<PagerDutyEvent> => {
    await pagerduty.send(standIn.alerter.options, renderAlert(alert), deliveryContext());
    return standIn.received[0]?.message as PagerDutyEvent;
  };

  it.each([
    ['warning', 'warning'],
    ['critical', 'critical'],
    ['unknown', 'error'],
  ] as const)('triggers with the severity of %s', async (type, severity) => {
    expect(await sentOf(sampleAlarm({ type }))).toMatchObject({ event_action: 'trigger', payload: { severity } });
  });

  it.each(['recovered', 'removed', 'disabled', 'changed'] as const)('resolves when %s', async (reason) => {
    expect(await sentOf(sampleResolve({ reason }))).toMatchObject({
      event_action: 'resolve',
      dedup_key: '9volt/web/100.1',
    });
  });

  it('acknowledges its incident', async () => {
    expect(await sentOf(sampleNote())).toMatchObject({
      event_action: 'acknowledge',
      dedup_key: '9volt/web/100.1',
      payload: {
        summary:
          'ACKNOWLEDGED web by ann: status 502, expected 200. ann acknowledged that the check is critical: disk ordered. 9volt repeats and escalates nothing until the check recovers.',
      },
    });
    expect(standIn.accepted).toHaveLength(1);
  });

  it('says where, what and since when', async () => {
    expect(await sentOf(sampleAlarm())).toMatchObject({
      routing_key: PAGERDUTY_KEY,
      dedup_key: '9volt/web/100.1',
      client: '9volt',
      client_url: 'https://9volt.example.com/ui/monitor/web',
      links: [{ href: 'https://9volt.example.com/ui/monitor/web', text: 'Monitor in 9volt' }],
      payload: {
        summary: 'CRITICAL web: status 502, expected 200. Check has entered into critical state after 3 checks',
        source: 'GET https://shop.example.com/',
        timestamp: '2026-03-01T10:00:20.000Z',
        component: 'web',
        group: 'shop, production',
        class: 'http',
      },
    });
  });

  it('uses the monitor as the source if there is no target', async () => {
    expect(await sentOf(sampleAlarm({ target: '' }))).toMatchObject({ payload: { source: 'web' } });
  });

  it('cuts a key that is too long, and keeps it unique and stable', async () => {
    const long = `9volt/${'é'.repeat(200)}/${'x'.repeat(100)}`;
    expect(dedupKeyOf('short')).toBe('short');
    expect(dedupKeyOf(long)).toBe(dedupKeyOf(long));
    expect(dedupKeyOf(`${long}1`)).not.toBe(dedupKeyOf(`${long}2`));
    // The stand-in refuses more than 255 characters.
    expect((await sentOf(sampleAlarm({ key: long }))).dedup_key).toBe(dedupKeyOf(long));
    expect(standIn.accepted).toHaveLength(1);
  });

  it('reports a key of another kind, and keeps the notification', async () => {
    const outcome = await pagerduty.send(
      { ...standIn.alerter.options, token: 'short' },
      renderAlert(sampleAlarm()),
      deliveryContext(),
    );
    expect(outcome).toMatchObject({
      outcome: 'retryable',
      cause: 'alerter',
      answer: expect.stringMatching(/^HTTP 400: Event object is invalid; routing_key/),
    });
  });

  it('needs a token', () => {
    expect(validateAlerter('mine', { type: 'pagerduty', options: {} })).toMatchObject({
      ok: false,
      errors: [{ path: '/options/token' }],
    });
  });
});

describe('the answers of PagerDuty', () => {
  let server: RawServer;
  afterEach(() => server.close());

  it.each<[number, string, DeliveryOutcome['outcome'], 'alerter'?]>([
    [202, '', 'delivered'],
    [202, 'Accepted', 'delivered'],
    [200, '{"status":"success","message":"Event processed"}', 'delivered'],
    [200, '<html>Sign in to the guest network</html>', 'retryable', 'alerter'],
    [202, '<html>Sign in to the guest network</html>', 'retryable', 'alerter'],
    [400, '', 'rejected'],
    [
      400,
      '{"status":"invalid event","message":"Event object is invalid","errors":["\'payload.summary\' is missing"]}',
      'rejected',
    ],
    [
      400,
      '{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}',
      'retryable',
      'alerter',
    ],
    [400, '{"status":"invalid key","message":"Event object format is unrecognized"}', 'retryable', 'alerter'],
    [401, '', 'retryable', 'alerter'],
    [403, '', 'retryable', 'alerter'],
    [404, '', 'retryable', 'alerter'],
    [429, '', 'retryable'],
    [500, '', 'retryable'],
    [503, '', 'retryable'],
  ])('%i %s is %s', async (...[status, body, expected, cause]) => {
    server = await startRawServer({ status, body });
    const outcome = await pagerduty.send(
      { token: 'x', 'api-url': server.url },
      renderAlert(sampleAlarm()),
      deliveryContext(),
    );
    expect(outcome.outcome).toBe(expected);
    expect('cause' in outcome ? outcome.cause : undefined).toBe(cause);
  });
});
