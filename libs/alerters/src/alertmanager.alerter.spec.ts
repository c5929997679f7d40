import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Alert } from '@9volt/contracts';
import { unusedPort, waitFor } from '@9volt/testing';
import { alertmanager } from './alertmanager.alerter.js';
import { renderAlert } from './render-alert.js';
import { testAlert } from './test-alert.js';
import { alerterContract, deliveryContext } from './testing/alerter-contract.js';
import { hasAlertmanager, startAlertmanager, type RunningAlertmanager } from './testing/alertmanager-process.js';
import { startJsonProvider } from './testing/json-provider.js';
import { startRawServer, type RawServer } from './testing/raw-server.js';
import { HOSTILE_TEXTS, hostileAlert, sampleAlarm, sampleResolve } from './testing/sample-alerts.js';
import { object, text, textMap } from './testing/shape.js';
import type { StandIn } from './testing/stand-in.js';
import { validateAlerter } from './validate-alerter.js';

interface PostedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt?: string;
  generatorURL?: string;
}

const PASSWORD = 'stand-in password';
const BASIC = Buffer.from(`9volt:${PASSWORD}`).toString('base64');

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A postable alert of the published API v2. */
const posted = object(
  { labels: textMap },
  {
    annotations: textMap,
    startsAt: text({ pattern: INSTANT }),
    endsAt: text({ pattern: INSTANT }),
    generatorURL: text({ pattern: /^https?:\/\// }),
  },
);

function startStandIn(): Promise<StandIn<[PostedAlert]>> {
  return startJsonProvider<[PostedAlert]>({
    alerter: (origin) => ({ type: 'alertmanager', options: { url: origin, username: '9volt', password: PASSWORD } }),
    problems: (json, { method, path, headers }) => [
      ...(method === 'POST' && path === '/api/v2/alerts' ? [] : [`${method} ${path} is not known`]),
      ...(headers.authorization === `Basic ${BASIC}` ? [] : ['not authorized']),
      ...(Array.isArray(json) ? json.flatMap((one, index) => faultsOf(one, `[${index}]`)) : ['the body is not a list']),
    ],
    accepted: { status: 200, body: '' },
    refused: { status: 400, body: '"bad matcher format"' },
    revoked: { status: 401, body: 'Unauthorized' },
    gone: { status: 404, body: '404 page not found' },
  });
}

function faultsOf(json: unknown, at: string): string[] {
  const faults = posted(json, at);
  if (faults.length > 0) return faults;
  const { labels, annotations, startsAt, endsAt } = json as PostedAlert;
  for (const name of [...Object.keys(labels), ...Object.keys(annotations)]) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) faults.push(`${at}: ${name} is not a label name`);
  }
  if (!labels['alertname']) faults.push(`${at} has no alertname`);
  if (endsAt !== undefined && Date.parse(endsAt) < Date.parse(startsAt)) faults.push(`${at} ends before it starts`);
  return faults;
}

alerterContract<[PostedAlert]>('alertmanager', async () => {
  const standIn = await startStandIn();
  const { options } = standIn.alerter;
  return {
    standIn,
    options,
    unreachable: { ...options, url: `http://127.0.0.1:${await unusedPort()}` },
    secrets: [PASSWORD, BASIC],
    shown: ([{ annotations }]) => `${annotations['summary']}\n${annotations['description']}`,
    expectInert: ([{ labels, annotations, generatorURL }]) => {
      // Templates of receivers escape both; names and times must not come from outside.
      expect(generatorURL).toBeUndefined();
      expect(Object.keys(labels)).toEqual(['alertname', 'monitor', 'incident']);
      for (const value of Object.values(labels)) expect(value).not.toMatch(/[\r\n]/);
      expect(annotations['summary']).not.toMatch(/[\r\n]/);
    },
    tellsRetryAfter: true,
    echoes: true,
  };
});

describe('alertmanager', () => {
  let standIn: StandIn<[PostedAlert]>;

  beforeEach(async () => {
    standIn = await startStandIn();
  });
  afterEach(() => standIn.close());

  const sentOf = async (alert: Alert, more: Record<string, unknown> = {}): Promise<PostedAlert> => {
    await alertmanager.send({ ...standIn.alerter.options, ...more }, renderAlert(alert), deliveryContext());
    expect(standIn.received.at(-1)?.problems).toEqual([]);
    return standIn.received.at(-1)?.message[0] as PostedAlert;
  };

  it('fires until it is resolved', async () => {
    expect(await sentOf(sampleAlarm(), { labels: { severity: 'critical', alertname: 'Shop' } })).toMatchObject({
      labels: { alertname: 'Shop', severity: 'critical', monitor: 'web', incident: '9volt/web/100.1' },
      annotations: {
        summary: 'CRITICAL web: status 502, expected 200',
        severity: 'critical',
        found: 'status code 502',
      },
      startsAt: '2026-03-01T10:00:00.000Z',
      endsAt: '2027-03-01T10:00:20.000Z',
      generatorURL: 'https://9volt.example.com/ui/monitor/web',
    });
  });

  it('resolves the alert that it fired, whatever has changed since', async () => {
    const alarm = await sentOf(sampleAlarm({ type: 'warning' }));
    const worse = await sentOf(sampleAlarm({ type: 'critical' }));
    const changed = { monitorType: 'tcp', target: 'elsewhere', tags: [], worker: 'worker-2', description: 'new' };
    const resolve = await sentOf(sampleResolve({ reason: 'changed', ...changed }));
    expect(worse.labels).toEqual(alarm.labels);
    expect(resolve.labels).toEqual(alarm.labels);
    expect(resolve).toMatchObject({ startsAt: alarm.startsAt, endsAt: '2026-03-01T10:02:05.000Z' });
  });

  it('never ends before it starts, even if somebody set a clock back', async () => {
    const { startsAt, endsAt } = await sentOf(sampleResolve({ at: '2026-03-01T09:00:00.000Z' }));
    expect(endsAt).toBe(startsAt);
  });

  it('lets a test end by itself', async () => {
    expect(await sentOf(testAlert('mine', 'worker-1', '2026-03-01T10:00:00.000Z'))).not.toHaveProperty('endsAt');
  });

  it('takes a bearer token', async () => {
    const { url } = standIn.alerter.options;
    await alertmanager.send({ url, 'bearer-token': 'x' }, renderAlert(sampleAlarm()), deliveryContext());
    expect(standIn.received[0]?.problems).toEqual(['not authorized']);
  });

  it.each([
    [{ url: 'http://localhost:9093/alertmanager' }, []],
    [{ url: 'http://localhost:9093', labels: { severity: 'critical' }, username: 'a', password: 'b' }, []],
    [{}, ['/options/url']],
    [{ url: 'http://localhost:9093', labels: { 'a-b': 'x' } }, ['/options/labels']],
    [{ url: 'http://localhost:9093', labels: { incident: 'x' } }, ['/options/labels']],
    [{ url: 'http://localhost:9093', labels: { team: '' } }, ['/options/labels/team']],
    [{ url: 'http://localhost:9093', username: 'a' }, ['/options/password']],
    [{ url: 'http://localhost:9093', password: 'a' }, ['/options/username']],
    [{ url: 'http://localhost:9093', username: 'a', password: 'b', 'bearer-token': 'c' }, ['/options/bearer-token']],
  ])('takes the options %j', (options, expected) => {
    const validated = validateAlerter('mine', { type: 'alertmanager', options });
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(expected);
  });
});

describe('the answers of Alertmanager', () => {
  let server: RawServer;
  afterEach(() => server.close());

  it.each([
    [200, '', { outcome: 'delivered' }],
    [200, '{"status":"success"}', { outcome: 'delivered' }],
    [200, '<html>Sign in to the guest network</html>', { outcome: 'retryable', cause: 'alerter' }],
    [200, 'Please sign in', { outcome: 'retryable', cause: 'alerter' }],
    [400, '{"code":601,"message":"labels in body is required"}', { outcome: 'rejected' }],
    [401, 'Unauthorized', { outcome: 'retryable', cause: 'alerter' }],
    [403, 'Forbidden', { outcome: 'retryable', cause: 'alerter' }],
    [404, 'not found', { outcome: 'retryable', cause: 'alerter' }],
    [500, '"internal"', { outcome: 'retryable' }],
  ])('%i %s', async (status, body, expected) => {
    server = await startRawServer({ status, body });
    const options = { url: `${server.url}/prefix/`, 'bearer-token': 'a' };
    expect(await alertmanager.send(options, renderAlert(sampleAlarm()), deliveryContext())).toMatchObject(expected);
    expect(server.paths).toEqual(['/prefix/api/v2/alerts']);
  });
});

(hasAlertmanager() ? describe : describe.skip)('a real Alertmanager', () => {
  let running: RunningAlertmanager;
  let receiver: RawServer;
  const notified: {
    status: string;
    alerts: { labels: Record<string, string>; annotations: Record<string, string> }[];
  }[] = [];

  beforeAll(async () => {
    receiver = await startRawServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        notified.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        response.end();
      });
    });
    running = await startAlertmanager(receiver.url);
  });
  afterAll(async () => {
    await running.stop();
    await receiver.close();
  });

  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const send = (alert: Alert) =>
    alertmanager.send({ url: running.url, labels: { team: 'shop' } }, renderAlert(alert), deliveryContext());
  const activeOf = async (key: string) => (await running.active()).filter(({ labels }) => labels['incident'] === key);
  const toldOf = (key: string) =>
    notified.flatMap(({ status, alerts }) => (alerts[0]?.labels['incident'] === key ? [status] : []));

  it('shows an alarm longer than it would by itself, and notifies its receiver', async () => {
    const key = '9volt/real/1.1';
    expect(await send(sampleAlarm({ key, since: ago(60_000), at: ago(0) }))).toMatchObject({ outcome: 'delivered' });
    await waitFor(() => toldOf(key).includes('firing'));
    // Its resolve_timeout is a second: without an end the alert would be over.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const [alert] = await activeOf(key);
    expect(alert).toMatchObject({
      labels: { alertname: '9volt', monitor: 'web', incident: key, team: 'shop' },
      annotations: { summary: 'CRITICAL web: status 502, expected 200', since: expect.any(String) },
    });
    expect(toldOf(key)).toEqual(['firing']);
  });

  it('resolves what it fired, once, though it got worse and was repeated meanwhile', async () => {
    const key = '9volt/real/1.2';
    const since = ago(60_000);
    await send(sampleAlarm({ key, since, at: ago(50_000), type: 'warning' }));
    await waitFor(() => toldOf(key).includes('firing'));
    await send(sampleAlarm({ key, since, at: ago(40_000), type: 'critical' }));
    await send(sampleAlarm({ key, since, at: ago(40_000), type: 'critical' }));
    expect(await activeOf(key)).toMatchObject([{ annotations: { severity: 'critical' } }]);
    const resolve = sampleResolve({ key, since, at: ago(0), target: 'elsewhere' });
    expect(await send(resolve)).toMatchObject({ outcome: 'delivered' });
    await waitFor(() => toldOf(key).includes('resolved'));
    expect(await activeOf(key)).toEqual([]);
    expect(toldOf(key)).toEqual(['firing', 'resolved']);
  });

  it('lets a test end by itself', async () => {
    const test = testAlert('mine', 'worker-1', ago(0));
    expect(await send(test)).toMatchObject({ outcome: 'delivered' });
    await waitFor(() => toldOf(test.key).includes('resolved'));
  });

  it.each(Object.entries(HOSTILE_TEXTS))('shows a hostile text as text only: %s', async (what, hostile) => {
    const key = `9volt/${what}/1.1`;
    const alert = { ...hostileAlert(hostile), key, since: ago(1_000), at: ago(0) };
    expect(await send(alert)).toMatchObject({ outcome: 'delivered' });
    expect((await activeOf(key))[0]?.annotations['summary']).toBe(renderAlert(alert).title);
  });

  it('rejects an invalid alert for good', async () => {
    const options = { url: running.url, labels: { 'a-b': 'c' } };
    const outcome = await alertmanager.send(options, renderAlert(sampleAlarm()), deliveryContext());
    expect(outcome).toMatchObject({ outcome: 'rejected', answer: expect.stringContaining('a-b') });
  });
});
