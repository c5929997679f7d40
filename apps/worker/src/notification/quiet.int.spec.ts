import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type PagerDutyEvent,
  slackWebhookAlerter,
  type StandIn,
  startPagerDutyStandIn,
  startSlackStandIn,
} from '@9volt/alerters/testing';
import { type Acknowledgement, type MonitorState, type Silence } from '@9volt/contracts';
import {
  type SeverableProxy,
  startEtcd,
  startSeverableProxy,
  type TestEtcd,
  uniquePrefix,
  waitFor,
} from '@9volt/etcd-dal/testing';
import { CheckRunner } from '../execution/check-runner.js';
import { Detachment } from '../ledger/detachment.js';
import { ShiftedClock } from '../testing/shifted-clock.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';

let etcd: TestEtcd;
let proxy: SeverableProxy;
let view: LeaderStandIn;
let web: WebTarget;
let pager: StandIn<PagerDutyEvent>;
let worker: WorkerRig;
let prefix: string;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());
beforeEach(async () => {
  prefix = uniquePrefix();
  web = await new WebTarget().listen();
  pager = await startPagerDutyStandIn();
  proxy = await startSeverableProxy(etcd.clientPort);
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.shortenLeases();
  await view.put(view.keys.alerter('pager'), pager.alerter);
  worker = await WorkerRig.start(proxy.endpoint, prefix);
});
afterEach(async () => {
  await worker.stop();
  await proxy.stop();
  await view.stop();
  await pager.close();
  await web.close();
});

/** Checked on request, so no result triggers a decision. */
const byHand = (over: object = {}): object => ({
  ...web.settings,
  ...{ interval: '1h', timeout: '30s', 'critical-threshold': 1, 'critical-alerter': ['pager'] },
  ...over,
});
const { signal } = new AbortController();
const run = (name = 'web'): Promise<unknown> =>
  waitFor(() =>
    worker
      .get(CheckRunner)
      .runNow(name, signal)
      .catch(() => undefined),
  );
const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();
const silence = (endMs: number, over: Partial<Silence> = {}): Silence => ({
  match: { name: 'we*' },
  start: fromNow(-1_000),
  end: fromNow(endMs),
  comment: 'moving the shop',
  createdAt: fromNow(-1_000),
  ...over,
});
const heldReason = (state: MonitorState | undefined): string | undefined => state?.held?.['pager']?.reason;
const holds = (reason: string | undefined, name = 'web'): Promise<MonitorState> =>
  waitFor(
    async () => {
      const state = await view.state(name);
      return state && heldReason(state) === reason ? state : undefined;
    },
    { what: `${name} to be held by ${String(reason)}` },
  );
const told = (): string[] => pager.accepted.map(({ message }) => message.event_action);
const owed = (name = 'web'): string[] =>
  view.owed
    .filter(({ alert }) => alert.monitor === name)
    .map(
      ({ alert }) =>
        `${alert.note?.kind ?? alert.type}${alert.repeat ? ' again' : ''}${alert.escalated ? ' escalated' : ''}`,
    );
const events = (type: string): string[] => worker.events.filter((event) => event.type === type).map((e) => e.message);

describe('a silence', () => {
  test('holds back the alarm of an incident, and at its end the alarm is sent, and says so', async () => {
    await view.put(view.keys.silence('s1'), silence(600_000, { author: 'ann' }));
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand());
    const state = await holds('silence');
    expect(state).toMatchObject({
      status: 'critical',
      told: {},
      held: { pager: { by: 's1', text: 'The silence s1 of ann is active: moving the shop' } },
    });
    expect(owed()).toEqual([]);
    // From now on only time passes.
    await view.put(view.keys.silence('s1'), silence(1_500));
    await pager.waitForAccepted(1);
    expect(owed()).toEqual(['critical']);
    expect(view.owed[0]?.alert.afterHold).toContain('The silence s1 ended.');
    expect((await holds(undefined)).told).toEqual({ pager: 'critical' });
    expect(events('hold-began')).toEqual([expect.stringContaining('The silence s1 of ann is active')]);
    await waitFor(() => events('hold-ended').length === 1);
    web.healthy = true;
    await run();
    await pager.waitForAccepted(2);
    expect(told()).toEqual(['trigger', 'resolve']);
  });

  test('over an open incident holds back neither its resolve nor what ended meanwhile', async () => {
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand());
    await pager.waitForAccepted(1);
    await view.put(view.keys.silence('s1'), silence(600_000));
    web.healthy = true;
    await run();
    await pager.waitForAccepted(2);
    web.healthy = false;
    await run();
    await holds('silence');
    web.healthy = true;
    await run();
    await view.reaches('web', { status: 'ok', incidents: 2 });
    await view.delete(view.keys.silence('s1'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(owed()).toEqual(['critical', 'resolve']);
  });

  test('that ends while etcd cannot be reached ends all the same', async () => {
    await view.put(view.keys.silence('s1'), silence(8_000));
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand());
    await holds('silence');
    proxy.blackhole();
    await waitFor(() => worker.get(Detachment).active);
    expect(pager.accepted).toEqual([]);
    await pager.waitForAccepted(1, 20_000);
    expect(worker.get(Detachment).active).toBe(true);
    proxy.heal();
    expect((await holds(undefined)).told).toEqual({ pager: 'critical' });
    expect(told()).toEqual(['trigger']);
  });

  test('that an earlier owner obeyed ends for the next one, which has no result yet', async () => {
    await view.put(view.keys.silence('s1'), silence(600_000));
    web.healthy = false;
    const revision = { revision: 7, createRevision: 50 };
    await view.assign(worker.id, 'web', byHand(), revision);
    await holds('silence');
    const asked = web.askedAt.length;
    await worker.stop();
    worker = await WorkerRig.start(proxy.endpoint, prefix, 'w2');
    await view.assign(worker.id, 'web', byHand(), revision);
    await waitFor(() => worker.holds('web'));
    await view.put(view.keys.silence('s1'), silence(0));
    await pager.waitForAccepted(1);
    expect(web.askedAt).toHaveLength(asked);
  });
});

describe('a maintenance window', () => {
  // Berlin: 2:00 becomes 3:00 on 29 March 2026, and 3:00 becomes 2:00 on 25 October, each at 1:00 UTC.
  test.each([
    {
      change: 'to summer time',
      settings: { schedule: '30 1 * * *', duration: '2h' },
      ...{ opens: '2026-03-29T00:30:00Z', closes: '2026-03-29T02:30:00Z', after: '2026-03-29T03:00:00Z' },
    },
    {
      change: 'from summer time',
      settings: { schedule: '30 2 * * *', duration: '1h' },
      // 2:30 comes once more at 1:30 UTC.
      ...{ opens: '2026-10-25T00:30:00Z', closes: '2026-10-25T01:30:00Z', after: '2026-10-25T01:31:00Z' },
    },
  ])(
    'over the change $change holds back alarms from its start to its end',
    async ({ settings, opens, closes, after }) => {
      const clock = new ShiftedClock(new Date(Date.parse(opens) - 600_000).toISOString());
      await worker.stop();
      worker = await WorkerRig.start(proxy.endpoint, prefix, 'w1', undefined, undefined, clock);
      const window = { match: { tags: ['shop'] }, 'time-zone': 'Europe/Berlin', ...settings };
      await view.put(`${view.keys.maintenances}night`, window);
      const monitor = byHand({ interval: '12h', tags: ['shop'] });
      await view.assign(worker.id, 'web', monitor);
      await view.reaches('web', { status: 'ok' });
      clock.forwardTo(new Date(Date.parse(opens) + 1_000).toISOString());
      web.healthy = false;
      await run();
      const state = await holds('maintenance');
      expect(state.held?.['pager']).toMatchObject({ by: 'night', until: new Date(closes).toISOString() });
      clock.forwardTo(new Date(Date.parse(closes) - 2_000).toISOString());
      await run();
      expect(owed()).toEqual([]);
      await pager.waitForAccepted(1);
      expect(clock.now()).toBeGreaterThanOrEqual(Date.parse(closes));
      expect(view.owed[0]?.alert.afterHold).toContain('The maintenance window "night" ended.');
      web.healthy = true;
      await run();
      clock.forwardTo(after);
      web.healthy = false;
      await run();
      await pager.waitForAccepted(3);
      expect(told()).toEqual(['trigger', 'resolve', 'trigger']);
    },
  );

  test('that stops checks stops them for everybody, and they resume by themselves', async () => {
    const window = { match: { name: 'web' }, mode: 'stop', start: fromNow(-1_000), end: fromNow(600_000) };
    await view.put(`${view.keys.maintenances}night`, window);
    await view.assign(worker.id, 'web', byHand({ interval: '200ms', timeout: '100ms' }));
    await waitFor(() => worker.get(CheckRunner).nextDueAt('web') !== undefined);
    await expect(worker.get(CheckRunner).runNow('web', signal)).rejects.toThrow('the maintenance window "night" stops');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(web.askedAt).toEqual([]);
    await view.put(`${view.keys.maintenances}night`, { ...window, end: fromNow(1_000) });
    await view.reaches('web', { status: 'ok' });
  });
});

describe('a pause', () => {
  test('ends by itself for the next owner', async () => {
    const monitor = byHand({ 'renotify-interval': '1s' });
    const revision = { revision: 7, createRevision: 50 };
    web.healthy = false;
    await view.assign(worker.id, 'web', monitor, revision);
    await pager.waitForAccepted(1);
    const asked = web.askedAt.length;
    await view.put(view.keys.pause('web'), { until: fromNow(8_000), at: fromNow(0), author: 'ann' });
    await holds('maintenance');
    const repeats = owed().length;
    await worker.stop();
    worker = await WorkerRig.start(proxy.endpoint, prefix, 'w2');
    await view.assign(worker.id, 'web', monitor, revision);
    await waitFor(() => worker.holds('web'));
    await expect(worker.get(CheckRunner).runNow('web', signal)).rejects.toThrow('"web" is paused until');
    expect(owed()).toHaveLength(repeats);
    expect(web.askedAt).toHaveLength(asked);
    // The incident lasts, so it is sent again.
    await waitFor(() => owed().length > repeats);
    expect(view.owed.at(-1)?.alert).toMatchObject({
      repeat: true,
      afterHold: expect.stringContaining('The pause ended.'),
    });
    await worker.get(CheckRunner).runNow('web', signal);
  });
});

describe('an acknowledgement', () => {
  const ack = (over: Partial<Acknowledgement> = {}): Acknowledgement => ({
    ...{ incident: '50.1', status: 'critical', at: fromNow(0), author: 'ann' },
    ...over,
  });
  test('of the incident holds back its notifications until it expires', async () => {
    await view.put(view.keys.silence('s1'), silence(600_000));
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand());
    await holds('silence');
    await view.put(view.keys.ack('web'), ack());
    await view.delete(view.keys.silence('s1'));
    await holds('acknowledgement');
    await view.put(view.keys.ack('web'), ack({ until: fromNow(1_000) }));
    await pager.waitForAccepted(1);
    expect(view.owed[0]?.alert.afterHold).toContain('ann acknowledged the incident');
  });

  test('is noted once where the alarm went, whoever owns the monitor, and so is its removal', async () => {
    const slack = await startSlackStandIn();
    try {
      await view.put(view.keys.alerter('chat'), slack.alerter);
      await view.put(view.keys.alerter('other'), slack.alerter);
      const monitor = byHand({ 'critical-alerter': ['pager', 'chat'], interval: '1s', timeout: '900ms' });
      const revision = { revision: 7, createRevision: 50 };
      web.healthy = false;
      await view.assign(worker.id, 'web', monitor, revision);
      await Promise.all([pager.waitForAccepted(1), slack.waitForAccepted(1)]);
      await waitFor(() => view.outboxIsEmpty());
      await view.put(view.keys.ack('web'), ack({ comment: 'disk ordered' }));
      await Promise.all([pager.waitForAccepted(2), slack.waitForAccepted(2)]);
      expect(pager.accepted.map(({ message }) => [message.event_action, message.dedup_key])).toEqual([
        ['trigger', `${prefix}/web/50.1`],
        ['acknowledge', `${prefix}/web/50.1`],
      ]);
      const [alarm, note] = slack.accepted.map(({ message }) => message);
      expect(alarm).not.toHaveProperty('thread_ts');
      expect(note).toMatchObject({
        thread_ts: '1700000000.000100',
        attachments: [{ text: expect.stringContaining('ann acknowledged that the check is critical: disk ordered.') }],
      });
      await waitFor(async () =>
        (await view.incident('web'))?.notifications.some((one) => one.alerter === 'chat' && one.note),
      );
      const isNote = (told: string): boolean => told.includes('note (acknowledged) of monitor "web"');
      await waitFor(() => events('notification-sent').some(isNote));
      await worker.stop();
      worker = await WorkerRig.start(proxy.endpoint, prefix, 'w2');
      await view.assign(worker.id, 'web', monitor, revision);
      await waitFor(() => worker.holds('web'));
      await run();
      await view.delete(view.keys.ack('web'));
      await slack.waitForAccepted(3);
      expect(slack.accepted.at(-1)?.message.attachments[0]?.title).toMatch(/^CRITICAL web, no longer acknowledged: /);
      web.healthy = true;
      await Promise.all([pager.waitForAccepted(3), slack.waitForAccepted(4)]);
      expect(told()).toEqual(['trigger', 'acknowledge', 'resolve']);
      expect(slack.accepted).toHaveLength(4);
    } finally {
      await slack.close();
    }
  });

  test('that expires is noted, although nothing else happens', async () => {
    const slack = await startSlackStandIn();
    try {
      await view.put(view.keys.alerter('chat'), { ...slackWebhookAlerter(slack), 'group-wait': '1s' });
      web.healthy = false;
      await view.assign(worker.id, 'web', byHand({ 'critical-alerter': ['chat'] }));
      await slack.waitForAccepted(1);
      await view.put(view.keys.ack('web'), ack({ until: fromNow(3_000) }));
      await slack.waitForAccepted(3, 20_000);
      expect(slack.accepted.map(({ message }) => message.attachments[0]?.title)).toEqual([
        'CRITICAL web: status 503, expected 200',
        expect.stringMatching(/^ACKNOWLEDGED web by ann: /),
        expect.stringMatching(/^CRITICAL web, no longer acknowledged: /),
      ]);
      expect((await waitFor(() => view.state('web')))?.acknowledged).toBeUndefined();
    } finally {
      await slack.close();
    }
  });

  test('of another incident has no effect', async () => {
    await view.put(view.keys.ack('web'), ack({ incident: '50.7' }));
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand());
    await pager.waitForAccepted(1);
  });

  test('holds back repeats, but not a worse status', async () => {
    const thresholds = { 'warning-threshold': 1, 'critical-threshold': 2, 'warning-alerter': ['pager'] };
    web.healthy = false;
    await view.assign(worker.id, 'web', byHand({ ...thresholds, 'renotify-interval': '1s' }));
    await pager.waitForAccepted(1);
    await view.put(view.keys.ack('web'), ack({ status: 'warning' }));
    await holds('acknowledgement');
    const before = owed().filter((said) => said !== 'warning again');
    expect(before).toEqual(['warning', 'acknowledged']);
    await run();
    await view.reaches('web', { status: 'critical' });
    expect(owed().filter((said) => said !== 'warning again')).toEqual(['warning', 'acknowledged', 'critical']);
    // Nobody acknowledged the worse one.
    await waitFor(() => owed().includes('critical again'));
  });
});

test('an escalation keeps its clock when another worker takes over', async () => {
  await view.put(view.keys.alerter('boss'), pager.alerter);
  const revision = { revision: 7, createRevision: 50 };
  const monitor = byHand({ escalate: [{ after: '6s', alerter: ['boss'] }] });
  web.healthy = false;
  await view.assign(worker.id, 'web', monitor, revision);
  await pager.waitForAccepted(1);
  await worker.stop();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  worker = await WorkerRig.start(proxy.endpoint, prefix, 'w2');
  await view.assign(worker.id, 'web', monitor, revision);
  await waitFor(() => worker.holds('web'));
  const ownedAt = Date.now();
  await waitFor(() => owed().length === 2);
  expect(owed()).toEqual(['critical', 'critical escalated']);
  const [first, second] = view.owed.map(({ alert }) => Date.parse(alert.at));
  expect(second! - first!).toBeGreaterThanOrEqual(6_000);
  expect(second).toBeLessThan(ownedAt + 6_000);
  web.healthy = true;
  await run();
  await pager.waitForAccepted(4);
  expect(told().sort()).toEqual(['resolve', 'resolve', 'trigger', 'trigger']);
});

describe('a parent', () => {
  const children = Array.from({ length: 100 }, (_, n) => `shop-${n}`);
  const child = (over: object = {}): object =>
    byHand({ interval: '2s', timeout: '1900ms', 'depends-on': ['router'], ...over });
  const all = (): string[] => view.owed.map(({ alert }) => `${alert.monitor}: ${alert.type}`);

  test.each(['the same worker', 'another worker'])(
    'with 100 children fails with them: one alarm, and none of them when all recover; the parent is checked by %s',
    async (whose) => {
      const other = whose === 'another worker' ? await WorkerRig.start(etcd.endpoint, prefix, 'w2') : undefined;
      try {
        for (const name of children) await view.assign(worker.id, name, child());
        await view.assign(
          (other ?? worker).id,
          'router',
          byHand({ interval: '1400ms', timeout: '1300ms', 'critical-threshold': 3 }),
        );
        for (const name of [...children, 'router']) await view.reaches(name, { status: 'ok' });
        web.healthy = false;
        await view.reaches('router', { status: 'critical' });
        await Promise.all(children.map((name) => holds('dependency', name)));
        expect((await view.state('shop-7'))?.held?.['pager']?.by).toBe('router');
        expect(all()).toEqual(['router: critical']);
        web.healthy = true;
        for (const name of [...children, 'router']) await view.reaches(name, { status: 'ok' });
        expect(all()).toEqual(['router: critical', 'router: resolve']);
      } finally {
        await other?.stop();
      }
    },
  );

  // The leader refuses such monitors; that of an earlier version did not.
  test.each([
    ['two', ['a', 'b'], 'one worker'],
    ['two', ['a', 'b'], 'two workers'],
    ['four', ['a', 'b', 'c', 'd'], 'two workers'],
  ] as const)('in a circle of %s holds nothing back for ever: %j, checked by %s', async (_count, names, whose) => {
    const other = whose === 'two workers' ? await WorkerRig.start(etcd.endpoint, prefix, 'w2') : undefined;
    try {
      for (const [n, name] of names.entries()) {
        const parent = names[(n + 1) % names.length] as string;
        const owner = n % 2 === 1 && other ? other : worker;
        await view.assign(owner.id, name, child({ 'depends-on': [parent] }));
      }
      for (const name of names) await view.reaches(name, { status: 'ok' });
      web.healthy = false;
      for (const name of names) await view.reaches(name, { status: 'critical' });
      await waitFor(() => all().length > 0);
      web.healthy = true;
      for (const name of names) await view.reaches(name, { status: 'ok' });
      await waitFor(() => all().filter((one) => one.endsWith('critical')).length * 2 === all().length);
    } finally {
      await other?.stop();
    }
  });

  test('that recovers: each child is checked before it notifies', async () => {
    const other = await new WebTarget().listen();
    try {
      // Only a parent's recovery has it checked again.
      await view.assign(worker.id, 'shop', child({ ...other.settings, interval: '1h' }));
      await view.assign(worker.id, 'router', byHand({ interval: '300ms', timeout: '200ms' }));
      await view.reaches('shop', { status: 'ok' });
      await view.reaches('router', { status: 'ok' });
      web.healthy = other.healthy = false;
      await view.reaches('router', { status: 'critical' });
      await run('shop');
      await holds('dependency', 'shop');
      const asked = other.askedAt.length;
      web.healthy = true;
      await waitFor(() => owed('shop').length > 0);
      expect(other.askedAt).toHaveLength(asked + 1);
      expect(view.owed.find(({ alert }) => alert.monitor === 'shop')?.alert.afterHold).toContain('The parent "router"');
    } finally {
      await other.close();
    }
  });

  test('that is ok is waited for until its next check, or for as long as the monitor says', async () => {
    const healthy = await new WebTarget().listen();
    try {
      const router = byHand({ ...healthy.settings, interval: '4s', timeout: '1s' });
      await view.assign(worker.id, 'router', router);
      await view.assign(worker.id, 'far', byHand({ ...healthy.settings, interval: '1h' }));
      await view.reaches('router', { status: 'ok' });
      await view.reaches('far', { status: 'ok' });
      web.healthy = false;
      await view.assign(worker.id, 'shop', child());
      await view.assign(worker.id, 'mail', child({ 'depends-on': ['far', 'nobody'], 'depends-wait': '3s' }));
      await holds('dependency', 'mail');
      await waitFor(() => owed('shop').length > 0);
      await waitFor(() => owed('mail').length > 0);
      const mail = await view.state('mail');
      const [alert] = view.owed.filter((entry) => entry.alert.monitor === 'mail');
      expect(Date.parse(alert!.alert.at) - Date.parse(mail!.firstFailureAt!)).toBeGreaterThanOrEqual(3_000);
    } finally {
      await healthy.close();
    }
  });
});

test('flapping for ten minutes is notified once when it begins, and once when it ends', async () => {
  const clock = new ShiftedClock('2026-11-28T10:00:00Z');
  await worker.stop();
  worker = await WorkerRig.start(proxy.endpoint, prefix, 'w1', undefined, undefined, clock);
  await view.assign(worker.id, 'web', byHand({ 'detect-flapping': true }));
  await view.reaches('web', { status: 'ok' });
  const check = async (healthy: boolean): Promise<void> => {
    web.healthy = healthy;
    clock.forwardTo(new Date(clock.now() + 25_000).toISOString());
    await run();
    await view.reaches('web', { status: healthy ? 'ok' : 'critical' });
  };
  for (let n = 0; n < 12; n++) {
    await check(false);
    await check(true);
  }
  const began = view.owed.findIndex(({ alert }) => alert.flapping === 'began');
  expect(began).toBeGreaterThanOrEqual(0);
  expect(owed().slice(began)).toEqual(['critical', 'resolve']);
  expect(events('flapping-began')).toHaveLength(1);
  await check(false);
  await holds('flapping');
  // It stays critical: that is no flapping any more.
  for (let n = 0; n < 16; n++) {
    clock.forwardTo(new Date(clock.now() + 25_000).toISOString());
    await run();
  }
  await waitFor(() => owed().length > began + 2);
  expect(view.owed.slice(began + 2).map(({ alert }) => [alert.type, alert.flapping])).toEqual([['critical', 'ended']]);
  expect((await holds(undefined)).told).toEqual({ pager: 'critical' });
  await check(true);
  expect(owed().slice(began + 3)).toEqual(['resolve']);
}, 120_000);
