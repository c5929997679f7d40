import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn } from '@9volt/alerters/testing';
import {
  type SeverableProxy,
  startEtcd,
  startSeverableProxy,
  type TestEtcd,
  uniquePrefix,
  waitFor,
} from '@9volt/etcd-dal/testing';
import { someOf } from '@9volt/testing';
import { CheckRunner } from '../execution/check-runner.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { Detachment } from './detachment.js';

/** An edit by the leader that the cut-off worker does not see. */
const EDITS = ['deleted', 'recreated', 'pointed elsewhere', 'disabled', 'given another alerter', 'left alone'] as const;
type Edit = (typeof EDITS)[number];

/** The worker's notifications: before it was cut off, meanwhile, or the alarm before and the end meanwhile. */
const SIDES = ['before', 'meanwhile', 'the end meanwhile'] as const;
type Side = (typeof SIDES)[number];

interface Story {
  edit: Edit;
  side: Side;
  name: string;
  web: WebTarget;
}

let etcd: TestEtcd;
let proxy: SeverableProxy;
let view: LeaderStandIn;
let cut: WorkerRig;
let heir: WorkerRig;
let pager: StandIn<PagerDutyEvent>;
let chat: StandIn<PagerDutyEvent>;
let stories: Story[];
const { signal } = new AbortController();

beforeAll(async () => {
  const prefix = uniquePrefix();
  etcd = await startEtcd();
  [pager, chat] = await Promise.all([startPagerDutyStandIn(), startPagerDutyStandIn()]);
  proxy = await startSeverableProxy(etcd.clientPort);
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.shortenLeases();
  await view.put(view.keys.alerter('pager'), pager.alerter);
  await view.put(view.keys.alerter('chat'), chat.alerter);
  cut = await WorkerRig.start(proxy.endpoint, prefix, 'w1');
  heir = await WorkerRig.start(etcd.endpoint, prefix, 'w2');
  for (const worker of [cut, heir]) await worker.knowsOutbox();
  const pairs = EDITS.flatMap((edit) =>
    SIDES.map((side) => ({ edit, side, name: `${edit}-${side}`.replaceAll(' ', '-') })),
  );
  stories = await Promise.all(pairs.map(async (pair) => ({ ...pair, web: await new WebTarget().listen() })));
});
afterAll(async () => {
  await Promise.all(stories.map(({ web }) => web.close()));
  await Promise.all([cut.stop(), heir.stop()]);
  await view.stop();
  await proxy.stop();
  await Promise.all([pager.close(), chat.close(), etcd.stop()]);
});

const settingsOf = ({ web }: Story, over: object = {}): object => ({
  ...web.settings,
  interval: '1h',
  timeout: '1s',
  'critical-alerter': ['pager'],
  ...over,
});
const told = (name: string, by = pager): string[] =>
  by.accepted
    .filter(({ message }) => message.dedup_key.includes(`/${name}/`))
    .map(({ message }) => message.event_action);
const run = (worker: WorkerRig, name: string): Promise<unknown> =>
  waitFor(() =>
    worker
      .get(CheckRunner)
      .runNow(name, signal)
      .catch(() => undefined),
  );

/** As the leader does once the member is gone, by the monitor's present settings. */
async function edited(story: Story): Promise<void> {
  const { edit, name } = story;
  await view.delete(view.keys.assignment(cut.id, name));
  switch (edit) {
    case 'deleted':
      return view.assign(heir.id, name, settingsOf(story), { phase: 'remove', reason: 'removed' });
    case 'disabled':
      return view.assign(heir.id, name, settingsOf(story), { phase: 'remove', reason: 'disabled' });
    case 'recreated':
      return view.assign(heir.id, name, settingsOf(story), { createRevision: 60 });
    case 'pointed elsewhere':
      return view.assign(heir.id, name, settingsOf(story, { url: '/elsewhere' }));
    case 'given another alerter':
      return view.assign(heir.id, name, settingsOf(story, { 'critical-alerter': ['chat'] }));
    case 'left alone':
      return view.assign(heir.id, name, settingsOf(story), { revision: 500 });
  }
}

/** Gives a handback about a monitor without an owner to some worker, as the leader does with leftovers. */
async function leftoversDelivered(): Promise<void> {
  const { entries } = await view.client.list(view.keys.handbacks, { keysOnly: true });
  const names = new Set(entries.map(({ key }) => view.keys.parseHandback(key)?.monitor ?? ''));
  for (const story of stories) {
    const isOwned = (await view.assignment(heir.id, story.name)) !== undefined;
    if (names.has(story.name) && !isOwned)
      await view.assign(heir.id, story.name, settingsOf(story), { phase: 'deliver' });
  }
}

test('each alarm gets its resolve by the alerter that got it, whatever was edited and whichever side notified', async () => {
  for (const story of stories) {
    story.web.healthy = story.side === 'meanwhile';
    await view.assign(cut.id, story.name, settingsOf(story), { revision: 500 });
  }
  for (const { name, side } of stories) {
    if (side === 'meanwhile') await view.reaches(name, { status: 'ok' });
    else await waitFor(() => told(name).length === 1, { timeoutMs: 30_000, what: `${name} to be told` });
  }
  await waitFor(async () => (await view.client.list(view.keys.outbox, { keysOnly: true })).entries.length === 0);

  proxy.cut();
  await waitFor(() => cut.get(Detachment).active);
  for (const { name, side, web } of stories) {
    web.healthy = side === 'the end meanwhile';
    await run(cut, name);
    if (side !== 'before')
      await waitFor(() => told(name).length === (side === 'meanwhile' ? 1 : 2), { timeoutMs: 30_000, what: name });
  }
  for (const { web } of stories) web.healthy = true;
  for (const story of stories) await edited(story);
  for (const { name, edit } of stories) if (edit !== 'deleted' && edit !== 'disabled') await run(heir, name);

  proxy.heal();
  await waitFor(() => !cut.get(Detachment).active, { timeoutMs: 20_000 });
  const settled = async (): Promise<boolean> => {
    await leftoversDelivered();
    const left = await Promise.all(
      [view.keys.outbox, view.keys.handbacks].map((prefix) => view.client.list(prefix, { keysOnly: true })),
    );
    return (
      left.every(({ entries }) => entries.length === 0) && stories.every(({ name }) => told(name).at(-1) === 'resolve')
    );
  };
  await waitFor(settled, { timeoutMs: 30_000, what: 'everything to be resolved' }).catch(() => undefined);

  for (const { name, side } of someOf(stories)) {
    // The worker sent the end from memory; if the other side sent it, too, that is the one repeat of a partition.
    const most = side === 'the end meanwhile' ? 2 : 1;
    expect([
      name,
      told(name)[0],
      told(name).at(-1),
      told(name).filter((action) => action === 'resolve').length <= most,
    ]).toEqual([name, 'trigger', 'resolve', true]);
    expect([name, told(name).filter((action) => action === 'trigger').length]).toEqual([name, 1]);
    expect([name, told(name, chat)]).toEqual([name, []]);
  }
}, 90_000);
