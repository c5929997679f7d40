import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, sampleAlarm, startPagerDutyStandIn } from '@9volt/alerters/testing';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { InFlight } from '../outbox/in-flight.js';
import { OutboxView } from '../outbox/outbox-view.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { SlowEtcd } from '../testing/slow-etcd.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { EtcdLedger } from './etcd-ledger.js';
import { Handbacks } from './handbacks.js';
import { Spools } from './spools.js';

/** When something reaches the worker, counted from the write of an alarm. */
const MOMENTS = ['at once', 'once it is detached', 'after the recovery', 'after its return'] as const;
type Moment = (typeof MOMENTS)[number];

/** Long enough for something wrong to be sent. */
const IN_VAIN_MS = 150;

let etcd: TestEtcd;
let view: LeaderStandIn;
let worker: WorkerRig;
let slow: SlowEtcd;
let pager: StandIn<PagerDutyEvent>;

beforeAll(async () => {
  const prefix = uniquePrefix();
  etcd = await startEtcd();
  pager = await startPagerDutyStandIn();
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.put(view.keys.alerter('pager'), pager.alerter);
  worker = await WorkerRig.start(etcd.endpoint, prefix);
  await worker.knowsOutbox();
  slow = new SlowEtcd(worker);
});
afterAll(async () => {
  await Promise.all(targets.map((target) => target.close()));
  await worker.stop();
  await view.stop();
  await pager.close();
  await etcd.stop();
});

afterEach(async () => {
  slow.releaseAnswers();
  slow.releaseWatch();
  slow.letReturn();
  pager.behave({ kind: 'accept' });
  await waitFor(() => !worker.isDetached);
});

const told = (name: string): string[] =>
  pager.accepted
    .filter(({ message }) => message.dedup_key.includes(`/${name}/`))
    .map(({ message }) => `${message.event_action} ${message.dedup_key.split('/').at(-1)}`);

let count = 0;
const targets: WebTarget[] = [];

/** A separate monitor for each test, checked when the test says so. */
class Story {
  readonly name = `m${++count}`;

  private constructor(readonly web: WebTarget) {}

  static async begin(how: 'attached' | 'detached' = 'attached'): Promise<Story> {
    const web = await new WebTarget().listen();
    targets.push(web);
    const story = new Story(web);
    await view.assign(worker.id, story.name, story.settings);
    if (how === 'attached') await view.reaches(story.name, { status: 'ok' });
    // The worker knows it, too.
    await waitFor(() => worker.get(OwnedMonitors).get(story.name));
    await worker.get(EtcdLedger).idle(worker.get(OwnedMonitors).get(story.name)!);
    return story;
  }

  get settings(): object {
    return { ...this.web.settings, interval: '1h', timeout: '30s', 'critical-alerter': ['pager'] };
  }

  async turns(how: 'bad' | 'well'): Promise<void> {
    this.web.healthy = how === 'well';
    await worker.run(this.name);
  }

  /** Waits until nothing is being sent any more. */
  async quiet(): Promise<void> {
    await sleep(IN_VAIN_MS);
    await waitFor(() => !worker.get(InFlight).busy);
  }

  async end(): Promise<void> {
    slow.releaseAnswers();
    slow.releaseWatch();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    await waitFor(() => view.outboxIsEmpty());
    await this.quiet();
  }
}

describe('an alarm is never sent after its resolve, nor twice, whenever anything reaches the worker', () => {
  const orders = MOMENTS.flatMap((answer) => MOMENTS.map((watch): [Moment, Moment] => [answer, watch]));

  test.each(orders)('the answer to its write %s, the watch of the outbox %s', async (answer, watch) => {
    const story = await Story.begin();
    const reached = (moment: Moment): void => {
      if (answer === moment) slow.releaseAnswers();
      if (watch === moment) slow.releaseWatch();
    };
    if (watch !== 'at once') slow.holdWatch();
    if (answer !== 'at once') slow.holdAnswers();
    await story.turns('bad');
    await view.reaches(story.name, { status: 'critical' });
    await story.quiet();
    slow.detach();
    reached('once it is detached');
    await story.quiet();
    await story.turns('well');
    reached('after the recovery');
    await story.quiet();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    reached('after its return');
    await view.reaches(story.name, { status: 'ok', incidents: 1 });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });

  test.each(MOMENTS)('recovered before it could be sent, the watch of the outbox %s', async (watch) => {
    const story = await Story.begin();
    const reached = (moment: Moment): void => void (watch === moment && slow.releaseWatch());
    if (watch !== 'at once') slow.holdWatch();
    slow.holdAnswers();
    pager.behave({ kind: 'fail' });
    await story.turns('bad');
    await view.reaches(story.name, { status: 'critical' });
    await story.turns('well');
    slow.detach();
    reached('once it is detached');
    slow.releaseAnswers();
    await story.quiet();
    reached('after the recovery');
    pager.behave({ kind: 'accept' });
    await sleep(1_200);
    await story.quiet();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    reached('after its return');
    await view.reaches(story.name, { status: 'ok', incidents: 1 });
    await story.end();
    const heard = told(story.name);
    expect(['', 'trigger 50.1,resolve 50.1']).toContain(heard.join());
  });

  test.each(MOMENTS)('sent and recorded, the watch of the outbox %s', async (watch) => {
    const story = await Story.begin();
    const reached = (moment: Moment): void => void (watch === moment && slow.releaseWatch());
    await story.turns('bad');
    await waitFor(() => worker.get(OutboxView).alertersOf(story.name).length > 0 || told(story.name).length > 0);
    if (watch !== 'at once') slow.holdWatch();
    await waitFor(() => told(story.name).length === 1);
    await waitFor(() => view.outboxIsEmpty());
    await story.quiet();
    slow.detach();
    reached('once it is detached');
    await story.turns('well');
    await story.quiet();
    reached('after the recovery');
    await story.quiet();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    reached('after its return');
    await view.reaches(story.name, { status: 'ok' });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });

  test.each(MOMENTS)('its write without an answer, the watch of the outbox %s', async (watch) => {
    const story = await Story.begin();
    const reached = (moment: Moment): void => void (watch === moment && slow.releaseWatch());
    if (watch !== 'at once') slow.holdWatch();
    slow.loseAnswers();
    await story.turns('bad');
    await view.reaches(story.name, { status: 'critical' });
    slow.detach();
    slow.releaseAnswers();
    reached('once it is detached');
    await story.quiet();
    await story.turns('well');
    reached('after the recovery');
    await story.quiet();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    reached('after its return');
    await view.reaches(story.name, { status: 'ok', incidents: 1 });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });

  test('an alarm whose incident is over, without a pending resolve, is withdrawn', async () => {
    const story = await Story.begin();
    await story.turns('bad');
    await waitFor(() => told(story.name).length === 1);
    const record = await view.incident(story.name);
    await story.turns('well');
    await waitFor(() => told(story.name).length === 2);
    await waitFor(() => view.outboxIsEmpty());
    const alert = { ...view.owed.find((one) => one.alert.monitor === story.name)!.alert };
    const entry = { id: 'late', alerter: 'pager', incident: record!.id, alert, createdAt: new Date().toISOString() };
    await view.put(view.keys.outboxEntry(story.name, 'pager', entry.id), entry);
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });

  test('detached again while the watch still reports what was sent and removed in between', async () => {
    const story = await Story.begin();
    slow.holdWatch();
    slow.holdAnswers();
    await story.turns('bad');
    await view.reaches(story.name, { status: 'critical' });
    slow.detach();
    await waitFor(() => told(story.name).length === 1);
    slow.releaseAnswers();
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    await waitFor(() => view.outboxIsEmpty());
    await story.quiet();
    for (let again = 0; again < 3; again++) {
      slow.detach();
      if (again === 1) slow.releaseWatch();
      await story.quiet();
      slow.letReturn();
      await waitFor(() => !worker.isDetached);
    }
    expect(told(story.name)).toEqual(['trigger 50.1']);
    await story.turns('well');
    await view.reaches(story.name, { status: 'ok' });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });
});

/** etcd accepts an alarm and its answer is lost; the worker sends the alarm and its end without etcd. `isKnown`: before it is cut off. */
async function sentWithoutAnswer(story: Story, isKnown: () => boolean = () => true): Promise<void> {
  slow.loseAnswers();
  await story.turns('bad');
  await view.reaches(story.name, { status: 'critical' });
  await waitFor(isKnown);
  slow.detach();
  slow.releaseAnswers();
  pager.behave({ kind: 'accept' });
  await waitFor(() => told(story.name).length === 1);
  await story.turns('well');
  await waitFor(() => told(story.name).length === 2);
  await story.quiet();
}

/** The worker gets the monitor again, whose target is as in the first turn, and takes these turns. */
async function takesAgain(story: Story, turns: readonly ('bad' | 'well')[]): Promise<void> {
  story.web.healthy = turns[0] === 'well';
  await view.assign(worker.id, story.name, { ...story.settings, interval: '59m' });
  await waitFor(() => worker.get(OwnedMonitors).get(story.name));
  for (const turn of turns) {
    await story.turns(turn);
    await story.quiet();
  }
}

/** As a worker does that stopped without etcd and starts again, or that lost a monitor meanwhile. */
async function handBack(story: Story): Promise<void> {
  const [handbacks, spools] = [worker.get(Handbacks), worker.get(Spools)];
  const monitor = worker.get(OwnedMonitors).get(story.name)!;
  const record = handbacks.recordOf(monitor, spools.of(monitor)!)!;
  spools.close(monitor);
  await view.delete(view.keys.assignment(worker.id, story.name));
  await waitFor(() => !worker.get(OwnedMonitors).get(story.name));
  slow.letReturn();
  await waitFor(() => !worker.isDetached);
  slow.holdWatch();
  expect(await handbacks.give(record, 'alone')).toBe(true);
}

async function handBackAndTakeAgain(story: Story): Promise<void> {
  await handBack(story);
  await view.assign(worker.id, story.name, { ...story.settings, interval: '1s' });
  await view.reaches(story.name, { status: 'ok', revision: view.lastRevision });
  await story.end();
}

test('what was handed back before a worker is given the monitor is known to it, however late the watch', async () => {
  const story = await Story.begin();
  await story.turns('bad');
  await waitFor(() => told(story.name).length === 1);
  await waitFor(() => view.outboxIsEmpty());
  // The worker knows that its alarm is delivered, too.
  await story.quiet();
  slow.detach();
  await story.turns('well');
  await waitFor(() => told(story.name).length === 2);
  await story.quiet();
  await handBackAndTakeAgain(story);
  expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
});

test('a resolve is not repeated if the last state in etcd is that of the worker that sent it, although it got no answer', async () => {
  const story = await Story.begin();
  await sentWithoutAnswer(story);
  await handBackAndTakeAgain(story);
  expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
});

describe('a resolve that both sides sent is not sent once more', () => {
  /** Answers a function that hands back what the other side did: the same. */
  async function bothSentIt(story: Story): Promise<() => Promise<void>> {
    await sentWithoutAnswer(story);
    const monitor = worker.get(OwnedMonitors).get(story.name)!;
    const { incidents } = worker.get(Handbacks).recordOf(monitor, worker.get(Spools).of(monitor)!)!;
    const handback = { worker: 'other', at: new Date().toISOString(), incidents };
    return () => view.put(view.keys.handback(story.name, 'other-000001'), handback);
  }

  test('when this side comes back', async () => {
    const story = await Story.begin();
    const otherHandsBack = await bothSentIt(story);
    await otherHandsBack();
    slow.letReturn();
    await view.reaches(story.name, { status: 'ok' });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
  });

  test.each([
    ['is well', 'well', []],
    ['fails again', 'bad', ['trigger 50.2', 'resolve 50.2']],
  ] as const)('when this side handed it back and has the monitor again; the target %s', async (_what, turn, more) => {
    const story = await Story.begin();
    const otherHandsBack = await bothSentIt(story);
    await handBack(story);
    await otherHandsBack();
    story.web.healthy = turn === 'well';
    await view.assign(worker.id, story.name, { ...story.settings, interval: '59m' });
    await view.reaches(story.name, { status: turn === 'well' ? 'ok' : 'critical', revision: view.lastRevision });
    await story.turns('well');
    await view.reaches(story.name, { status: 'ok' });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
  });
});

test.each([
  ['is well', ['well'], []],
  ['fails again', ['bad', 'well'], ['trigger 50.2', 'resolve 50.2']],
] as const)(
  'a worker that gets a monitor back while it is detached again knows what it handed back; the target %s',
  async (_what, turns, more) => {
    const story = await Story.begin();
    await story.turns('bad');
    await waitFor(() => told(story.name).length === 1);
    await waitFor(() => view.outboxIsEmpty());
    await story.quiet();
    slow.detach();
    await story.turns('well');
    await waitFor(() => told(story.name).length === 2);
    await story.quiet();
    await handBack(story);
    slow.detach();
    await takesAgain(story, turns);
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    await view.reaches(story.name, { status: 'ok', incidents: more.length > 0 ? 2 : 1 });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
  },
);

test.each([
  ['is well', ['well'], []],
  ['fails again', ['bad', 'well'], ['trigger 50.2', 'resolve 50.2']],
] as const)(
  'an alarm of the outbox that was sent without etcd and handed back is not sent again, however late the watch; the target %s',
  async (_what, turns, more) => {
    const story = await Story.begin();
    // Otherwise it may be delivered, and gone from the view, before anybody looks.
    pager.behave({ kind: 'fail' });
    await sentWithoutAnswer(story, () => worker.get(OutboxView).alertersOf(story.name).length > 0);
    await handBack(story);
    slow.detach();
    await takesAgain(story, turns);
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
  },
);

test.each([
  ['is well', ['well'], []],
  ['fails again', ['bad', 'well'], ['trigger 50.2', 'resolve 50.2']],
] as const)(
  'a worker that gets a monitor back before it has handed back what it sent remembers that; the target %s',
  async (_what, turns, more) => {
    const story = await Story.begin();
    await story.turns('bad');
    await waitFor(() => told(story.name).length === 1);
    await waitFor(() => view.outboxIsEmpty());
    await story.quiet();
    slow.detach();
    await story.turns('well');
    await waitFor(() => told(story.name).length === 2);
    await story.quiet();
    await view.delete(view.keys.assignment(worker.id, story.name));
    await waitFor(() => !worker.get(OwnedMonitors).get(story.name));
    await takesAgain(story, turns);
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
    slow.letReturn();
    await waitFor(() => !worker.isDetached);
    await view.reaches(story.name, { status: 'ok', incidents: more.length > 0 ? 2 : 1 });
    await story.end();
    expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1', ...more]);
  },
);

test('a resolve of the outbox that was sent without etcd is not sent again by the next owner', async () => {
  const story = await Story.begin();
  await story.turns('bad');
  await waitFor(() => told(story.name).length === 1);
  await waitFor(() => view.outboxIsEmpty());
  pager.behave({ kind: 'fail' });
  await story.turns('well');
  await view.reaches(story.name, { status: 'ok' });
  await waitFor(() => worker.get(OutboxView).alertersOf(story.name).length > 0);
  await story.quiet();
  slow.detach();
  pager.behave({ kind: 'accept' });
  await waitFor(() => told(story.name).length === 2);
  await story.quiet();
  await view.delete(view.keys.assignment(worker.id, story.name));
  await waitFor(() => !worker.get(OwnedMonitors).get(story.name));
  slow.letReturn();
  await waitFor(() => worker.get(Spools).get(story.name) === undefined);
  await view.assign(worker.id, story.name, { ...story.settings, interval: '59m' });
  await view.reaches(story.name, { status: 'ok', revision: view.lastRevision });
  await story.end();
  expect(told(story.name)).toEqual(['trigger 50.1', 'resolve 50.1']);
});

test('a worker that gets a monitor while it is detached sends nothing of its outbox before it can ask', async () => {
  slow.detach();
  const story = await Story.begin('detached');
  const alert = sampleAlarm({ monitor: story.name, key: `x/${story.name}/7.1` });
  const entry = { id: 'a', alerter: 'pager', incident: '7.1', alert, createdAt: new Date().toISOString() };
  await view.put(view.keys.outboxEntry(story.name, 'pager', entry.id), entry);
  await waitFor(() => worker.get(OutboxView).alertersOf(story.name).length > 0);
  await story.quiet();
  expect(told(story.name)).toEqual([]);
  slow.letReturn();
  await waitFor(() => told(story.name).length === 1);
  await story.end();
  expect(told(story.name)).toEqual(['trigger 7.1']);
});
