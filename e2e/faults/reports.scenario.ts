import { setTimeout as sleep } from 'node:timers/promises';
import { startSmtpSink, type SmtpSink } from '@9volt/alerters/testing';
import type { ReportRecord } from '@9volt/contracts';
import { SeverableProxy } from '@9volt/etcd-dal/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, type NodeProcess, waitFor } from '../harness/index.js';
import { buildOf, commitBefore, type PreviousCommit } from './harness/previous-build.js';

const MINUTE = 60_000;
/** The heir waits for the pause after the first attempt, of a minute. */
const HEIR_MS = 150_000;
/** Several rounds of the leader. */
const QUIET_MS = 20_000;
const SETTINGS = { title: 'Shop', last: '2h', alerters: ['mail'] };

const older = commitBefore('libs/etcd-dal/src/stores/report-sent.store.ts');
const skipped = 'reason' in older ? ` (not shown: ${older.reason})` : '';

describe('a report by mail', () => {
  let cluster: Cluster;
  let sink: SmtpSink;
  let beforeAnswer: () => void;
  const schedulers: { node: NodeProcess; proxy: SeverableProxy }[] = [];

  beforeEach(async () => {
    cluster = await Cluster.start();
    beforeAnswer = () => undefined;
    sink = cluster.use(await startSmtpSink({ beforeAnswer: () => beforeAnswer() }));
    await cluster.put(cluster.keys.config, {
      ...{ HeartbeatInterval: '3s', HeartbeatTimeout: '6s', StateDumpInterval: '10s' },
    });
    await cluster.put(cluster.keys.monitor('web'), { type: 'tcp', host: '127.0.0.1', port: 9, interval: '10s' });
    await cluster.put(cluster.keys.alerter('mail'), sink.alerter);
    schedulers.length = 0;
  });
  afterEach(() => cluster.stop());

  async function startSchedulers(...names: string[]): Promise<void> {
    for (const name of names) {
      const proxy = cluster.use(await new SeverableProxy(Number(new URL(cluster.etcd.endpoint).port)).listen());
      schedulers.push({ node: await cluster.node('scheduler', { name, etcd: proxy.endpoint }), proxy });
    }
  }

  function leading(): Promise<(typeof schedulers)[number]> {
    return waitFor(
      async () => {
        const id = (await cluster.get<{ MemberID: string }>(cluster.keys.director))?.MemberID;
        return schedulers.find(({ node }) => !node.hasEnded && id?.startsWith(`${node.name}-`));
      },
      { timeoutMs: 30_000, what: 'a leader' },
    );
  }

  /** A report that is due since a minute, and was sent the hour before. */
  async function makeDue(): Promise<void> {
    const due = Math.floor(Date.now() / MINUTE) * MINUTE - MINUTE;
    const schedule = `${new Date(due).getUTCMinutes()} * * * *`;
    const handledUntil = new Date(due - 1).toISOString();
    const record: ReportRecord = { handledUntil, schedule: `${schedule} UTC`, pending: [], sent: [] };
    await cluster.put(cluster.keys.reportSent('shop'), record);
    await cluster.put(cluster.keys.report('shop'), { ...SETTINGS, schedule });
  }

  const record = (): Promise<ReportRecord | undefined> => cluster.get<ReportRecord>(cluster.keys.reportSent('shop'));
  const received = (count: number): Promise<unknown> =>
    waitFor(() => sink.received.length >= count, { timeoutMs: HEIR_MS, what: `${count} mails` });

  /** After what happened to the leader: another one sends, says so, and then nobody does. */
  async function sentByHeir(): Promise<void> {
    await received(2);
    await waitFor(async () => (await record())?.pending.length === 0, { timeoutMs: 30_000 });
    await sleep(QUIET_MS);
    expect((await record())?.sent).toMatchObject([{ outcome: 'sent', alerter: 'mail' }]);
    const ids = sink.received.map(({ message }) => message.headers.get('message-id')?.[0]);
    expect([sink.received.length, new Set(ids).size]).toEqual([2, 1]);
  }

  it('that a killed leader had sent, without an answer, comes once more with the same Message-ID', async () => {
    await startSchedulers('s1', 's2');
    sink.behave({ kind: 'hang' });
    await makeDue();
    await received(1);
    sink.behave({ kind: 'accept' });
    await (await leading()).node.signal('SIGKILL');
    await sentByHeir();
  });

  it('that a killed leader had sent, and could not note, comes once more with the same Message-ID', async () => {
    await startSchedulers('s1', 's2');
    const leader = await leading();
    beforeAnswer = () => leader.proxy.cut();
    await makeDue();
    await received(1);
    await waitFor(async () => (await sink.connections()) === 0, { timeoutMs: 30_000, what: 'the end of the dialogue' });
    beforeAnswer = () => undefined;
    await leader.node.signal('SIGKILL');
    await sentByHeir();
  });

  (skipped ? it.skip : it)(
    `waits under an older build, which knows no reports, and comes after it${skipped}`,
    async () => {
      const main = buildOf(older as PreviousCommit);
      await makeDue();
      const keys = [cluster.keys.report('shop'), cluster.keys.reportSent('shop')];
      const stored = (): Promise<unknown[]> => Promise.all(keys.map((key) => cluster.get(key)));
      const before = await stored();
      const old = await Promise.all(
        (['scheduler', 'worker', 'api'] as const).map((role) => cluster.node(role, { name: `old-${role}`, main })),
      );
      await waitFor(async () => (await cluster.list(cluster.keys.assignments)).size === 1, { timeoutMs: 60_000 });
      await sleep(QUIET_MS);
      for (const node of old) await node.stop();
      expect(old.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect([await stored(), sink.received.length]).toEqual([before, 0]);
      await startSchedulers('s1');
      await received(1);
      await waitFor(async () => (await record())?.sent.length === 1, { timeoutMs: 30_000 });
      await sleep(QUIET_MS);
      expect([sink.received.length, (await record())?.pending]).toEqual([1, []]);
    },
  );
});
