import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type SlackMessage, type StandIn, startSlackStandIn, startSmtpSink } from '@9volt/alerters/testing';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { DeliveryRig } from '../testing/delivery-rig.js';

let etcd: TestEtcd;
let slack: StandIn<SlackMessage>;
let prefix: string;
let closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());
beforeEach(async () => {
  prefix = uniquePrefix();
  slack = await startSlackStandIn();
  closing.push(() => slack.close());
});
afterEach(async () => {
  for (const close of closing.reverse()) await close().catch(() => undefined);
  closing = [];
});

async function startWorker(
  owned: readonly string[],
  grouping: object = { 'group-wait': '1s', 'group-interval': '2s' },
): Promise<DeliveryRig> {
  const rig = await new DeliveryRig(etcd.endpoint, prefix).start();
  closing.push(() => rig.stop());
  await rig.configure('team', { ...slack.alerter, ...grouping });
  for (const monitor of owned) {
    await rig.ownership.assign(monitor);
    await rig.open(monitor);
  }
  const looking = setInterval(() => rig.groups.look(), 200);
  closing.push(async () => clearInterval(looking));
  return rig;
}

const titles = (): string[] => slack.accepted.flatMap(({ message }) => message.attachments.map(({ title }) => title));
const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

const STORM = expect.stringMatching(/^CRITICAL 30 checks fail: [ab]-\d+: /);

describe('an alerter that groups', () => {
  it('tells a storm over two workers in one message, and its end in another', async () => {
    const [here, there] = [named('a', 15), named('b', 15)];
    const unhurried = { 'group-wait': '6s', 'group-interval': '6s' };
    const one = await startWorker(here, unhurried);
    const two = await startWorker(there, unhurried);
    await Promise.all([
      ...here.map((name) => one.owe(name, 'team', ['critical'])),
      ...there.map((name) => two.owe(name, 'team', ['critical'])),
    ]);
    await waitFor(() => titles().length > 0);
    await waitFor(async () => (await one.owed()) === 0);
    expect(titles()).toEqual([STORM]);
    expect((await one.incident('b-3'))?.notifications).toMatchObject([
      { alerter: 'team', type: 'critical', outcome: 'delivered' },
    ]);
    await Promise.all([...here, ...there].map((name) => one.owe(name, 'team', ['resolve'])));
    await waitFor(async () => (await one.owed()) === 0);
    expect(titles()).toEqual([STORM, 'OK 30 checks recovered']);
  }, 30_000);

  it('reads like a single alert for one, after its wait', async () => {
    const one = await startWorker(['web']);
    const owedAt = performance.now();
    await one.owe('web', 'team', ['critical']);
    await waitFor(() => titles().length > 0);
    expect(performance.now() - owedAt).toBeGreaterThan(900);
    expect(titles()).toEqual(['CRITICAL web: status 502, expected 200']);
  });

  it('has a message for each tag', async () => {
    const one = await startWorker(['web', 'db'], { 'group-wait': '4s', 'group-by': 'tag' });
    await one.owe('web', 'team', ['critical']);
    await one.owe('db', 'team', ['critical']);
    await waitFor(() => titles().length > 0);
    expect(titles()).toEqual([expect.stringMatching(/^CRITICAL 2 checks fail \(tag shop\): /)]);
  });

  it('says nothing of what failed and recovered within its wait', async () => {
    const one = await startWorker(['web', 'db'], { 'group-wait': '5s' });
    await one.owe('web', 'team', ['critical']);
    await waitFor(async () => (await one.owed()) === 1);
    await sleep(300);
    await one.owe('web', 'team', ['resolve']);
    await waitFor(async () => (await one.owed()) === 0);
    expect(titles()).toEqual([]);
  });

  it('is taken over when its owner dies, and nothing is lost', async () => {
    const one = await startWorker(['web'], { 'group-wait': '8s' });
    const two = await startWorker(['db'], { 'group-wait': '8s' });
    await one.owe('web', 'team', ['critical']);
    await waitFor(async () => (await one.node.client.list(one.node.keys.groups)).entries.length === 1);
    await two.owe('db', 'team', ['critical']);
    await one.node.client.revokeLease(one.node.session.lease as string);
    await waitFor(() => titles().length > 0, { timeoutMs: 20_000 });
    await waitFor(async () => (await two.owed()) === 0);
    expect(titles()).toEqual([expect.stringMatching(/^CRITICAL 2 checks fail: /)]);
    const [entry] = (await two.node.client.list(two.node.keys.groups)).entries;
    expect(entry?.value.toString()).toContain(two.node.memberId);
  }, 40_000);

  it('tries again what its provider does not take, with what came meanwhile', async () => {
    slack.behave({ kind: 'fail' });
    const one = await startWorker(['web', 'db']);
    await one.owe('web', 'team', ['critical']);
    await waitFor(() => slack.received.length > 0);
    await one.owe('db', 'team', ['critical']);
    slack.behave({ kind: 'accept' });
    await waitFor(async () => (await one.owed()) === 0);
    expect(titles()).toEqual([expect.stringMatching(/^CRITICAL 2 checks fail: /)]);
  });

  it('sends a mail again only to the recipient that its server put off, and what came meanwhile to all', async () => {
    const greylist = new Set(['grey@example.com']);
    const sink = await startSmtpSink({ greylist });
    closing.push(() => sink.close());
    const one = await startWorker(['web', 'db', 'dns']);
    const options = { ...sink.alerter.options, to: 'a@example.com, grey@example.com' };
    await one.configure('mail', { type: 'email', options, 'group-wait': '4s', 'group-interval': '1s' });
    await one.owe('web', 'mail', ['critical']);
    await one.owe('db', 'mail', ['critical']);
    const mails = (): string[] => sink.accepted.map(({ message }) => `${message.to.join()}: ${message.subject}`);
    await waitFor(() => one.told('notification-failed').length > 0);
    await one.owe('dns', 'mail', ['critical']);
    await waitFor(() => mails().length === 2, { timeoutMs: 20_000 });
    greylist.clear();
    await waitFor(async () => (await one.owed()) === 0, { timeoutMs: 30_000 });
    expect(mails().map((mail) => mail.replace(/: .*?(\d checks|dns).*/, ' $1'))).toEqual([
      'a@example.com 2 checks',
      'a@example.com dns',
      'grey@example.com 3 checks',
    ]);
  }, 60_000);

  it('waits for its interval between two messages', async () => {
    const one = await startWorker(['web', 'db']);
    await one.owe('web', 'team', ['critical']);
    await waitFor(() => titles().length === 1);
    const sentAt = performance.now();
    await one.owe('db', 'team', ['critical']);
    await waitFor(() => titles().length === 2);
    expect(performance.now() - sentAt).toBeGreaterThan(1_500);
  });
});
