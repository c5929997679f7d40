import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn, startSmtpSink } from '@9volt/alerters/testing';
import { alerterTypes, defineAlerter, type DeliveryContext, type DeliveryOutcome } from '@9volt/alerters';
import type { OutboxEntry } from '@9volt/contracts';
import { decode, encode, EtcdError } from '@9volt/etcd-dal';
import { startEtcd, startSeverableProxy, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import type { DeliverySettings } from './delivery-settings.js';
import { DeliveryRig } from './testing/delivery-rig.js';

let etcd: TestEtcd;
let provider: StandIn<PagerDutyEvent>;
let prefix: string;
let closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(async () => {
  await etcd.stop();
});
beforeEach(async () => {
  prefix = uniquePrefix();
  provider = await startProvider();
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function startProvider(port?: number): Promise<StandIn<PagerDutyEvent>> {
  const standIn = await startPagerDutyStandIn(port === undefined ? {} : { port });
  closing.push(() => standIn.close().catch(() => undefined));
  return standIn;
}

/** A worker that owns `web`, with an alerter `team` at the stand-in. */
async function startWorker(
  settings: Partial<DeliverySettings> = {},
  owned = ['web'],
  endpoint = etcd.endpoint,
): Promise<DeliveryRig> {
  const rig = await new DeliveryRig(endpoint, prefix, settings).start();
  closing.push(() => rig.stop());
  await rig.configure('team', provider.alerter);
  for (const monitor of owned) await rig.ownership.assign(monitor);
  return rig;
}

/** A type of alerter whose deliveries wait until the test decides their outcome. */
function gatedAlerter() {
  const type = `gated-${uniquePrefix()}`;
  let attempts = 0;
  let open!: (outcome: DeliveryOutcome) => void;
  const outcome = new Promise<DeliveryOutcome>((resolve) => (open = resolve));
  const send = (): Promise<DeliveryOutcome> => {
    attempts++;
    return outcome;
  };
  alerterTypes.set(type, defineAlerter({ type, summary: 'for tests', options: class {}, destination: [], send }));
  closing.push(() => Promise.resolve(void alerterTypes.delete(type)));
  return { type, open, attempts: () => attempts };
}

/** A type that accepts everything and answers late; it counts concurrent requests. */
async function startSlowProvider(afterMs: number) {
  const told: string[] = [];
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++open);
    response.once('close', () => open--);
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      told.push((JSON.parse(Buffer.concat(chunks).toString()) as { type: string }).type);
      await sleep(afterMs);
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told, mostAtOnce: () => most };
}

const actions = (standIn = provider): string[] => standIn.accepted.map(({ message }) => message.event_action);

describe('delivery', () => {
  it('sends at once, in order, and records it in the incident', async () => {
    const rig = await startWorker();
    await rig.open('web');
    const startedAt = performance.now();
    await rig.owe('web', 'team', ['warning']);
    await provider.waitForAccepted(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await rig.owe('web', 'team', ['critical']);
    await provider.waitForAccepted(2);
    await rig.owe('web', 'team', ['resolve']);
    await waitFor(async () => (await rig.owed()) === 0);
    expect(actions()).toEqual(['trigger', 'trigger', 'resolve']);
    expect((await rig.incident('web'))?.notifications).toMatchObject([
      { alerter: 'team', type: 'warning', outcome: 'delivered', attempts: 1, answer: expect.stringContaining('202') },
      { type: 'critical' },
      { type: 'resolve' },
    ]);
    await waitFor(() => rig.outbox.isEmpty('web') && rig.told('notification-sent').length > 2);
    expect(rig.told('notification-sent').map(({ details }) => details)).toMatchObject([
      { type: 'warning' },
      { type: 'critical' },
      { type: 'resolve', reason: 'recovered' },
    ]);
    expect(rig.told('notification-failed')).toHaveLength(0);
    expect(await rig.metrics.registry.metrics()).toContain(
      'ninevolt_deliveries_total{alerter_type="pagerduty",outcome="delivered"} 3',
    );
  });

  it('keeps trying while the endpoint is down, and keeps the order when it is back', async () => {
    const rig = await startWorker();
    await rig.open('web');
    const port = Number(new URL(provider.address).port);
    await provider.close();
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => rig.told('notification-failed').length === 1);
    await rig.owe('web', 'team', ['resolve']);
    expect(await rig.owed()).toBe(2);
    const back = await startProvider(port);
    await back.waitForAccepted(2);
    expect(actions(back)).toEqual(['trigger', 'resolve']);
    expect(new Set(back.accepted.map(({ message }) => message.dedup_key)).size).toBe(1);
    await waitFor(async () => (await rig.incident('web'))?.notifications[0]?.attempts === 2);
  });

  it('leaves the whole alerter alone for as long as it asks for, and no other', async () => {
    const other = await startProvider();
    const rig = await startWorker({}, ['web', 'db']);
    await rig.configure('other', other.alerter);
    provider.behave({ kind: 'rate-limit', retryAfterS: 5 });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => rig.told('notification-failed').length === 1);
    const toldAt = Date.now();
    provider.behave({ kind: 'accept' });
    await rig.owe('db', 'team', ['critical']);
    await rig.owe('db', 'other', ['critical']);
    await other.waitForAccepted(1);
    expect(provider.accepted).toHaveLength(0);
    await provider.waitForAccepted(2);
    expect((provider.accepted[0]?.at ?? 0) - toldAt).toBeGreaterThan(4_000);
  });

  it('does not let a hanging endpoint delay another alerter', async () => {
    const other = await startProvider();
    const monitors = Array.from({ length: 40 }, (_, index) => `m${index}`);
    const rig = await startWorker({ attemptTimeoutMs: 5_000 }, monitors);
    await rig.configure('other', other.alerter);
    provider.behave({ kind: 'hang' });
    await Promise.all(monitors.map((monitor) => rig.owe(monitor, 'team', ['critical'])));
    await waitFor(() => provider.received.length === 8);
    await rig.owe('m0', 'other', ['critical']);
    const startedAt = performance.now();
    await other.waitForAccepted(1);
    expect(performance.now() - startedAt).toBeLessThan(4_900);
    expect(provider.received.length).toBeLessThanOrEqual(16);
    provider.behave({ kind: 'accept' });
    await provider.waitForAccepted(40);
  });

  it('drops a rejected notification, says so, and continues', async () => {
    const rig = await startWorker();
    await rig.open('web');
    provider.behave({ kind: 'refuse' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(async () => (await rig.owed()) === 0);
    // It is reported once etcd has answered.
    await waitFor(() => rig.told('notification-failed').length > 0);
    expect(rig.told('notification-failed')).toMatchObject([
      { monitor: 'web', alerter: 'team', details: { dropped: true, type: 'critical' } },
    ]);
    expect((await rig.incident('web'))?.notifications).toMatchObject([{ outcome: 'rejected' }]);
    provider.behave({ kind: 'accept' });
    await rig.owe('web', 'team', ['resolve']);
    await provider.waitForAccepted(1);
    expect(actions()).toEqual(['resolve']);
  });

  it('delivers the notifications of a worker that died between the state and the delivery', async () => {
    const first = await startWorker({}, []);
    const heir = await startWorker({}, []);
    await first.open('web');
    await first.owe('web', 'team', ['critical']);
    await waitFor(() => heir.outbox.depth === 1);
    await first.stop();
    expect(provider.received).toHaveLength(0);
    await heir.ownership.assign('web');
    await provider.waitForAccepted(1);
    await waitFor(async () => (await heir.owed()) === 0);
    expect(provider.received).toHaveLength(1);
  });

  it('without etcd, and learns late of notifications for the new owner: it does not send them', async () => {
    const cutOff = await startWorker();
    await cutOff.ownership.withdraw('web', 'unnoticed');
    cutOff.detachment.writeFailed(new EtcdError('no-space', 'no space'));
    expect(cutOff.detachment.active).toBe(true);
    await cutOff.owe('web', 'team', ['critical']);
    await waitFor(() => cutOff.outbox.queue('web', 'team').length > 0);
    await sleep(500);
    expect(provider.received).toEqual([]);
  });

  it('sends nothing once another worker has the assignment, though this one did not notice', async () => {
    const paused = await startWorker();
    const heir = await startWorker({}, []);
    await paused.ownership.withdraw('web', 'unnoticed');
    await paused.owe('web', 'team', ['critical']);
    await sleep(600);
    expect(provider.received).toHaveLength(0);
    await heir.ownership.assign('web');
    await provider.waitForAccepted(1);
    await sleep(300);
    expect(provider.received).toHaveLength(1);
  });

  it.each([
    ['removes what it delivered', 'delivered', 0],
    ['leaves what was refused for good to the owner', 'rejected', 1],
  ] as const)('%s when the monitor became another worker’s meanwhile', async (_case, outcome, left) => {
    const gated = gatedAlerter();
    const rig = await startWorker();
    await rig.configure('gated', { type: gated.type, options: {} });
    await rig.owe('web', 'gated', ['critical']);
    await waitFor(() => gated.attempts() === 1);
    await rig.ownership.withdraw('web', 'noticed');
    gated.open({ outcome, answer: '' });
    await waitFor(() => !rig.inFlight.sending('web'));
    expect(await rig.owed()).toBe(left);
    expect(gated.attempts()).toBe(1);
  });

  it('sends once a notification for a lane that was empty while it waited for a permit', async () => {
    const gated = gatedAlerter();
    const rig = await startWorker({ perAlerter: 2 }, ['web', 'db', 'other']);
    await rig.configure('gated', { type: gated.type, options: {} });
    await rig.owe('web', 'gated', ['critical']);
    await rig.owe('db', 'gated', ['critical']);
    await waitFor(() => gated.attempts() === 2);
    await rig.owe('other', 'gated', ['critical']);
    await waitFor(() => rig.outbox.depth === 3);
    const { entries } = await rig.node.client.list(rig.node.keys.outboxOf('other'), { keysOnly: true });
    await rig.node.client.txn({ compare: [], then: entries.map(({ key }) => ({ delete: key })) });
    await waitFor(() => rig.outbox.depth === 2);
    await rig.owe('other', 'gated', ['critical']);
    await waitFor(() => rig.outbox.depth === 3);
    gated.open({ outcome: 'delivered', answer: '' });
    await waitFor(async () => (await rig.owed()) === 0 && !rig.inFlight.busy);
    expect(gated.attempts()).toBe(3);
  });

  it('does not send the next before the one before is removed', async () => {
    const gated = gatedAlerter();
    const proxy = await startSeverableProxy(etcd.clientPort);
    closing.push(() => proxy.stop());
    const rig = await startWorker({}, ['web'], proxy.endpoint);
    await rig.configure('gated', { type: gated.type, options: {} });
    await rig.open('web');
    await rig.owe('web', 'gated', ['critical']);
    await waitFor(() => gated.attempts() === 1);
    await rig.owe('web', 'gated', ['resolve']);
    await waitFor(() => rig.outbox.depth === 2);
    proxy.cut();
    gated.open({ outcome: 'delivered', answer: '' });
    await sleep(700);
    expect(gated.attempts()).toBe(1);
    proxy.heal();
    await waitFor(() => gated.attempts() === 2);
    await waitFor(() => rig.outbox.isEmpty('web'));
    expect((await rig.incident('web'))?.notifications).toHaveLength(2);
  });

  it('settles even if somebody changes the incident’s record between its read and its write', async () => {
    const rig = await startWorker();
    await rig.open('web');
    const { client, keys } = rig.node;
    const key = keys.incident('web', 1);
    const get = client.get.bind(client);
    let interventions = 0;
    jest.spyOn(client, 'get').mockImplementation(async (asked) => {
      const entry = await get(asked);
      if (asked === key && interventions < 2) {
        const changed = { ...JSON.parse(String(entry?.value)), closedAt: `change ${++interventions}` };
        await client.txn({ compare: [], then: [{ put: key, value: encode(changed) }] });
      }
      return entry;
    });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(async () => (await rig.owed()) === 0);
    expect(await rig.incident('web')).toMatchObject({ closedAt: 'change 2', notifications: [{ type: 'critical' }] });
    expect(provider.received).toHaveLength(1);
  });

  it('does not mind if somebody else removes what it sends', async () => {
    const rig = await startWorker();
    provider.behave({ kind: 'fail' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => rig.told('notification-failed').length === 1);
    const [entry] = (await rig.node.client.list(rig.node.keys.outbox)).entries;
    await rig.node.client.txn({ compare: [], then: [{ delete: entry?.key ?? '' }] });
    await waitFor(() => rig.outbox.isEmpty('web'));
    provider.behave({ kind: 'accept' });
    await rig.owe('web', 'team', ['resolve']);
    await provider.waitForAccepted(1);
    expect(actions()).toEqual(['resolve']);
  });

  it('drops notifications to an alerter that stays gone', async () => {
    const rig = await startWorker({ goneMs: 300 });
    await rig.open('web');
    await rig.configure('team', undefined);
    await rig.owe('web', 'team', ['critical']);
    await sleep(100);
    expect(await rig.owed()).toBe(1);
    await waitFor(async () => (await rig.owed()) === 0);
    expect((await rig.incident('web'))?.notifications).toMatchObject([{ outcome: 'dropped', attempts: 0 }]);
    await waitFor(() => rig.told('notification-failed').at(-1)?.details?.['dropped'] === true);
    expect(provider.received).toHaveLength(0);
  });

  it('tries again at once when somebody corrects the alerter, and keeps the last valid version of one that is broken by hand', async () => {
    const rig = await startWorker();
    const moved = await startProvider();
    provider.behave({ kind: 'rate-limit', retryAfterS: 500 });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => rig.told('notification-failed').length === 1);
    const startedAt = performance.now();
    await rig.configure('team', moved.alerter);
    await moved.waitForAccepted(1);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await rig.configure('team', { type: 'pagerduty', options: { tokne: 1 } });
    await rig.owe('web', 'team', ['resolve']);
    await moved.waitForAccepted(2);
    await rig.configure('new', { type: 'nonsense' });
    await rig.owe('web', 'new', ['critical']);
    const waits = await waitFor(() => rig.told('notification-failed').find(({ alerter }) => alerter === 'new'));
    expect(waits.message).toContain('its configuration is invalid');
    await rig.configure('new', moved.alerter);
    await moved.waitForAccepted(3);
  });

  it('keeps notifications with refused credentials, leaves the provider alone, and sends all once the alerter is corrected', async () => {
    const monitors = Array.from({ length: 30 }, (_, index) => `m${index}`);
    const rig = await startWorker({ random: () => 1 }, monitors);
    const right = await startProvider();
    provider.behave({ kind: 'revoked' });
    await Promise.all(monitors.map((monitor) => rig.owe(monitor, 'team', ['critical'])));
    const failed = await waitFor(() => rig.told('notification-failed')[0]);
    expect(failed.message).toMatch(/HTTP 400: .*routing key.*correct the alerter, and the worker sends it/);
    await sleep(500);
    expect(provider.received.length).toBeLessThanOrEqual(8);
    expect(await rig.owed()).toBe(30);
    await rig.configure('team', right.alerter);
    await right.waitForAccepted(30);
    await waitFor(async () => (await rig.owed()) === 0);
  });

  it.each([
    // [when the provider answers, how often it is notified]: the limits are 400 ms usually, 1.2 s at first once it was sent, then
    // 3.6 s.
    ['soon', 100, 1],
    ['within the patience for a first attempt', 900, 1],
    ['within that for a repeat', 2_500, 2],
  ])('a provider that answers %s is notified once, or once more at most', async (_when, afterMs, times) => {
    const slow = await startSlowProvider(afterMs);
    const rig = await startWorker({ attemptTimeoutMs: 400 });
    await rig.configure('slow', { type: 'http', options: { url: slow.url } });
    await rig.open('web');
    await rig.owe('web', 'slow', ['critical']);
    await waitFor(async () => (await rig.owed()) === 0, { timeoutMs: 15_000 });
    await rig.owe('web', 'slow', ['resolve']);
    await waitFor(async () => (await rig.owed()) === 0, { timeoutMs: 15_000 });
    expect(slow.told).toEqual([...Array<string>(times).fill('critical'), ...Array<string>(times).fill('resolve')]);
    expect(slow.mostAtOnce()).toBe(1);
    const unclear = rig.told('notification-failed').filter(({ message }) => message.includes('sent, not confirmed'));
    expect(unclear.length > 0).toBe(afterMs > 400);
    expect(rig.told('notification-failed')).toHaveLength(unclear.length);
  });

  /** A type of alerter with two recipients; `late` never gets anything. */
  function halfReached() {
    const type = `half-${uniquePrefix()}`;
    const asked: (readonly string[])[] = [];
    const send = (_options: object, _alert: unknown, { reached = [] }: DeliveryContext): Promise<DeliveryOutcome> => {
      asked.push(reached);
      return Promise.resolve({ outcome: 'retryable', answer: 'not to late: 450 greylisted', reached: ['early'] });
    };
    alerterTypes.set(type, defineAlerter({ type, summary: 'for tests', options: class {}, destination: [], send }));
    closing.push(() => Promise.resolve(void alerterTypes.delete(type)));
    return { type, asked };
  }

  it('tries only the remaining recipients, and after a while counts it as delivered and says who did not get it', async () => {
    const half = halfReached();
    const rig = await startWorker({ restMs: 1_500 });
    await rig.configure('half', { type: half.type, options: {} });
    await rig.open('web');
    await rig.owe('web', 'half', ['critical']);
    await waitFor(() => half.asked.length > 1);
    await waitFor(async () => (await rig.owed()) === 0);
    expect(half.asked[0]).toEqual([]);
    for (const reached of half.asked.slice(1)) expect(reached).toEqual(['early']);
    const sent = await waitFor(() => rig.told('notification-sent')[0]);
    expect(sent.message).toContain('not to late: 450 greylisted');
  });

  it('sends a mail again only to the recipient that its server put off, after a restart too', async () => {
    const greylist = new Set(['grey@example.com']);
    const sink = await startSmtpSink({ greylist });
    closing.push(() => sink.close());
    const to = 'a@example.com, grey@example.com, b@example.com';
    const mail = { ...sink.alerter, options: { ...sink.alerter.options, to } };
    const envelopes = (): string[] => sink.accepted.map(({ message }) => message.to.join());
    const first = await startWorker();
    await first.configure('mail', mail);
    await first.open('web');
    await first.owe('web', 'mail', ['critical']);
    await waitFor(() => first.told('notification-failed').length > 0);
    const noted = async (): Promise<unknown> => {
      const [entry] = (await first.node.client.list(first.node.keys.outbox)).entries;
      return entry && decode<OutboxEntry>(entry.value)?.reached;
    };
    await waitFor(noted);
    expect(await noted()).toEqual(['a@example.com', 'b@example.com']);
    await first.stop();
    const second = await startWorker();
    await second.configure('mail', mail);
    await waitFor(() => second.told('notification-failed').length > 0);
    expect(envelopes()).toEqual(['a@example.com,b@example.com']);
    greylist.clear();
    await waitFor(async () => (await second.owed()) === 0, { timeoutMs: 20_000 });
    expect(envelopes()).toEqual(['a@example.com,b@example.com', 'grey@example.com']);
    expect((await second.incident('web'))?.notifications).toMatchObject([{ alerter: 'mail', outcome: 'delivered' }]);
  });

  it('does not keep the others waiting for long', async () => {
    const half = halfReached();
    const rig = await startWorker({ restMs: 600_000, restWhileOthersWaitMs: 500 });
    await rig.configure('half', { type: half.type, options: {} });
    await rig.owe('web', 'half', ['critical']);
    await waitFor(() => half.asked.length > 0);
    await rig.owe('web', 'half', ['resolve']);
    await waitFor(() => rig.told('notification-sent').length > 0);
  });

  it('stops waiting for an overdue answer when somebody corrects the alerter', async () => {
    const rig = await startWorker({ attemptTimeoutMs: 5_000 });
    const right = await startProvider();
    provider.behave({ kind: 'hang' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(
      () => rig.told('notification-failed').some(({ message }) => message.includes('sent, not confirmed')),
      {
        timeoutMs: 15_000,
      },
    );
    await rig.configure('team', right.alerter);
    // Otherwise it would wait 10 s more.
    await right.waitForAccepted(1, 8_000);
    await waitFor(async () => (await provider.connections()) === 0);
  });

  it('stops waiting for an overdue answer when the monitor must be handed over, and no sooner', async () => {
    const rig = await startWorker({ attemptTimeoutMs: 2_000 });
    const idle: string[] = [];
    rig.inFlight.onIdle((monitor) => idle.push(monitor));
    provider.behave({ kind: 'hang' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => provider.received.length === 1);
    expect(rig.inFlight.hold('web')).toBe(false);
    await sleep(500);
    expect(idle).toEqual([]);
    // Otherwise it would wait 6 s.
    await waitFor(() => idle.includes('web'), { timeoutMs: 4_500 });
    expect(rig.inFlight.hold('web')).toBe(true);
    expect(provider.received).toHaveLength(1);
  });

  it('cancels out entries that nobody began to send, and nothing that may have been sent', async () => {
    const rig = await startWorker();
    await rig.open('web', 1);
    await rig.open('web', 2);
    provider.behave({ kind: 'fail' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => rig.told('notification-failed').length === 1);
    await rig.owe('web', 'team', ['resolve']);
    await rig.owe('web', 'team', ['warning'], 2);
    await rig.owe('web', 'team', ['critical'], 2);
    await rig.owe('web', 'team', ['resolve'], 2);
    await waitFor(async () => (await rig.owed()) === 2);
    provider.behave({ kind: 'accept' });
    await provider.waitForAccepted(2);
    expect(actions()).toEqual(['trigger', 'resolve']);
    expect(provider.accepted.map(({ message }) => message.dedup_key.endsWith('7.1'))).toEqual([true, true]);
  });

  it('cancels nothing that an earlier owner queued', async () => {
    const first = await startWorker({}, []);
    await first.open('web');
    await first.owe('web', 'team', ['critical', 'resolve']);
    const heir = await startWorker();
    await provider.waitForAccepted(2);
    expect(actions()).toEqual(['trigger', 'resolve']);
    await waitFor(() => heir.outbox.isEmpty('web'));
  });

  it('delivers 200 at once, each monitor’s in order', async () => {
    const monitors = Array.from({ length: 100 }, (_, index) => `m${index}`);
    const rig = await startWorker({}, monitors);
    provider.behave({ kind: 'fail' });
    await Promise.all(monitors.map((monitor) => rig.owe(monitor, 'team', ['critical'])));
    await waitFor(() => rig.told('notification-failed').length === 100);
    provider.behave({ kind: 'accept' });
    await Promise.all(monitors.map((monitor) => rig.owe(monitor, 'team', ['resolve'])));
    await provider.waitForAccepted(200);
    for (const monitor of monitors) {
      const own = provider.accepted.filter(({ message }) => message.dedup_key === `9volt/${monitor}/7.1`);
      expect(own.map(({ message }) => message.event_action)).toEqual(['trigger', 'resolve']);
    }
    await waitFor(async () => (await rig.owed()) === 0);
    expect(provider.accepted).toHaveLength(200);
  });

  it('starts nothing about a held monitor, and reports when it is idle', async () => {
    const rig = await startWorker({ attemptTimeoutMs: 300 });
    const idle: string[] = [];
    rig.inFlight.onIdle((monitor) => idle.push(monitor));
    provider.behave({ kind: 'hang' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => provider.received.length === 1);
    expect(rig.inFlight.hold('web')).toBe(false);
    await waitFor(() => idle.includes('web'));
    expect(rig.inFlight.hold('web')).toBe(true);
    provider.behave({ kind: 'accept' });
    await sleep(1_300);
    expect(provider.received).toHaveLength(1);
    rig.inFlight.release('web');
    await provider.waitForAccepted(1);
  });

  it('stops soon although an endpoint hangs, and leaves the pending notifications to the next owner', async () => {
    const rig = await startWorker({ stopMs: 200 });
    provider.behave({ kind: 'hang' });
    await rig.owe('web', 'team', ['critical']);
    await waitFor(() => provider.received.length === 1);
    const startedAt = performance.now();
    await rig.service.stop();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(rig.told('notification-failed')).toHaveLength(0);
    provider.behave({ kind: 'accept' });
    const heir = await startWorker();
    await provider.waitForAccepted(1);
    await waitFor(() => heir.outbox.isEmpty('web'));
  });
});
