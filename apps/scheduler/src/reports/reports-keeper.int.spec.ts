import { startSmtpSink, type SmtpSink } from '@9volt/alerters/testing';
import { CLASS, NO_PHASES, type ReportRecord, type Tally } from '@9volt/contracts';
import { chunksOf, decode, digestOf, encode, encodeTallies } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { GuardedTargets } from '@9volt/monitors';
import { AppLogger, Health, SecretReader } from '@9volt/platform';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { ArchiveKeeper } from '../history/archive-keeper.service.js';
import { SchedulerBench, schedulerConfig, type TestScheduler } from '../testing/scheduler-bench.js';
import { ReportReader } from './report-reader.js';
import { ReportSender } from './report-sender.js';
import { ReportsKeeper } from './reports-keeper.service.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Due once an hour: half an hour ago, so that no test sees the next time. */
const DUE = Math.floor(Date.now() / MINUTE) * MINUTE - HOUR / 2;
const CRON = `${new Date(DUE).getUTCMinutes()} * * * *`;
const SETTINGS = { title: 'Shop', schedule: CRON, last: '2h', tags: ['shop'], alerters: ['mail'] };
const SCHEDULE = `${CRON} UTC`;

let etcd: TestEtcd;
let bench: SchedulerBench;
let sink: SmtpSink;
let first: TestScheduler;

beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.stop());
beforeEach(async () => {
  bench = new SchedulerBench(etcd.endpoint, uniquePrefix());
  sink = await startSmtpSink();
  await bench.monitor('web', { tags: ['shop'], 'slo-uptime': 99 });
  await bench.monitor('other');
  await bench.put({ put: bench.keys.alerter('mail'), value: encode(sink.alerter) });
  first = await bench.scheduler();
  await bench.leader();
  await waitFor(() => first.caches.hasAlerter('mail') && first.caches.catalog.has('other'));
});
afterEach(async () => {
  await bench.stop();
  await sink.close();
});

/** `keep` begins when the process knows all that is in etcd. */
function keeperOf({ node, caches, leadership, metrics }: TestScheduler): Pick<ReportsKeeper, 'keep'> & {
  keepAtOnce: () => Promise<void>;
} {
  const log = AppLogger.silent();
  const config = schedulerConfig();
  const archive = new ArchiveKeeper(config, node, caches, leadership, log, metrics, new Health());
  const reader = new ReportReader(node, caches, archive, log);
  const sender = new ReportSender(node, caches, reader, config, new SecretReader(), new GuardedTargets(config.targets));
  const keeper = new ReportsKeeper(node, caches, leadership, sender, log, metrics);
  return {
    keep: async () => {
      for (const cache of [caches.reports, caches.reportRecords]) expect(await cache.caughtUp(10_000)).toEqual([]);
      await keeper.keep();
    },
    keepAtOnce: () => keeper.keep(),
  };
}

/** A report that is due: it was sent for the hour before the last one. */
async function dueReport(settings: object = SETTINGS, handled = DUE - 1): Promise<void> {
  const record: ReportRecord = {
    handledUntil: new Date(handled).toISOString(),
    schedule: SCHEDULE,
    pending: [],
    sent: [],
  };
  await bench.put(
    { put: bench.keys.report('shop'), value: encode(settings) },
    { put: bench.keys.reportSent('shop'), value: encode(record) },
  );
}

async function record(): Promise<ReportRecord | undefined> {
  const entry = await bench.client.get(bench.keys.reportSent('shop'));
  return entry && decode<ReportRecord>(entry.value);
}

/** Lets the next attempt begin now. */
async function hurry(): Promise<void> {
  const known = await record();
  const pending = known?.pending.map((one) => ({ ...one, nextAt: new Date(0).toISOString() }));
  await bench.put({ put: bench.keys.reportSent('shop'), value: encode({ ...known, pending }) });
}

/** A minute of six checks that failed. */
async function wroteFailures(n: number): Promise<void> {
  const time = [0, 0, 0, 0, 0, 0, 0];
  time[CLASS.critical] = 50_000;
  const at = n * MINUTE + 3_000;
  const tally: Tally = {
    ...{ first: at, firstClass: CLASS.critical, last: at + 50_000, lastClass: CLASS.critical, holdMs: 16_000, time },
    ...{ runs: 6, failures: 6, overruns: 0, maybeDown: 0, maybeUp: 0, latency: [], phases: NO_PHASES, changes: [] },
  };
  const [names = []] = chunksOf(['web'], 1_000);
  const tallies = new Map([['web', tally]]);
  const value = encodeTallies({ names, tallies, from: n * MINUTE, unitMs: 1, results: new Map() });
  const chunk = { digest: digestOf(names), names, value, isNew: true };
  await first.node.stores.history.writeMinute('w1', { n, chunks: [chunk], obsolete: [] });
}

it('the leader sends a due report once, with the table and the file', async () => {
  await wroteFailures(DUE / MINUTE - 30);
  const opened = new Date(DUE - HOUR / 2).toISOString();
  const incident = {
    id: '7.1',
    openedAt: opened,
    closedAt: null,
    worst: 'critical',
    message: 'N/A',
    notifications: [],
  };
  await bench.put({ put: bench.keys.incident('web', 1), value: encode(incident) });
  await dueReport();
  const keeper = keeperOf(first);
  await keeper.keep();
  await keeper.keep();
  expect(sink.received).toHaveLength(1);
  const [{ message } = { message: undefined }] = sink.accepted;
  expect(message?.subject).toMatch(/^Shop, last 2h: 0 – .* % up, 1 incident$/);
  expect(message?.text).toMatch(/^web +0 – /m);
  expect(message?.text).not.toContain('other');
  expect(message?.html).toContain('<table');
  expect(message?.raw).toContain('filename=report.csv');
  expect(await record()).toMatchObject({
    handledUntil: new Date(DUE).toISOString(),
    pending: [],
    sent: [{ outcome: 'sent', alerter: 'mail', subject: message?.subject }],
  });
  const [event] = await waitFor(async () => {
    const events = await bench.events('report-sent');
    return events.length > 0 && events;
  });
  expect(event).toMatchObject({ message: 'sent the report shop to mail', alerter: 'mail' });
});

it('a new report waits for its next time, and a deleted one leaves nothing', async () => {
  await bench.put({ put: bench.keys.report('shop'), value: encode(SETTINGS) });
  const keeper = keeperOf(first);
  await keeper.keep();
  await keeper.keep();
  expect(sink.received).toHaveLength(0);
  expect(await record()).toMatchObject({ schedule: SCHEDULE, pending: [] });
  await bench.delete(bench.keys.report('shop'));
  await keeper.keep();
  expect(await record()).toBeUndefined();
});

it('after the death of the leader another one sends what is pending, and nothing twice', async () => {
  await dueReport();
  sink.behave({ kind: 'fail' });
  await keeperOf(first).keep();
  expect(await record()).toMatchObject({ pending: [{ attempts: 1, answer: expect.stringContaining('451') }] });
  await first.stop();
  const second = await bench.scheduler();
  await waitFor(() => second.leadership.isLeader() && second.caches.hasAlerter('mail'));
  sink.behave({ kind: 'accept' });
  const heir = keeperOf(second);
  await heir.keep();
  // The pause of the first attempt holds for the heir, too.
  expect(sink.accepted).toHaveLength(0);
  await hurry();
  for (let n = 0; n < 3; n++) await heir.keep();
  expect(sink.accepted).toHaveLength(1);
  const ids = sink.received.map(({ message }) => message.headers.get('message-id')?.[0]);
  expect(new Set(ids).size).toBe(1);
});

it('a process that does not lead any more sends nothing', async () => {
  await dueReport();
  const keeper = keeperOf(first);
  const isLeader = jest.spyOn(first.leadership, 'isLeader').mockReturnValue(true);
  const fence = first.leadership.epochFence;
  jest.spyOn(first.leadership, 'epochFence', 'get').mockReturnValue(fence);
  // Another process leads: the key has another revision.
  await bench.delete(bench.keys.director);
  await keeper.keep();
  isLeader.mockRestore();
  expect(sink.received).toHaveLength(0);
  expect((await record())?.pending).toEqual([]);
});

it('asks etcd for nothing while nothing is due', async () => {
  await dueReport(SETTINGS, Date.now());
  const keeper = keeperOf(first);
  await keeper.keep();
  const asked = [jest.spyOn(first.node.client, 'list'), jest.spyOn(first.node.client, 'get')];
  await keeper.keepAtOnce();
  for (const calls of asked) expect(calls).not.toHaveBeenCalled();
});

it('keeps the record of a report that it has not seen yet', async () => {
  await dueReport(SETTINGS, Date.now());
  await waitFor(() => first.caches.reportRecords.items.size === 1);
  jest.spyOn(first.caches.reports, 'get').mockReturnValue(undefined);
  await keeperOf(first).keep();
  expect(await record()).toBeDefined();
});

it('two leaders in turn, each killed after an attempt, send one report for each due time', async () => {
  await dueReport({ ...SETTINGS, alerters: ['mail', 'second'] });
  await bench.put({ put: bench.keys.alerter('second'), value: encode(sink.alerter) });
  const before = keeperOf(first);
  await waitFor(() => first.caches.hasAlerter('second') && first.caches.reports.items.size === 1);
  await Promise.all([before.keepAtOnce(), first.stop()]);
  const second = await bench.scheduler();
  await waitFor(() => second.leadership.isLeader() && second.caches.hasAlerter('second'));
  const heir = keeperOf(second);
  await heir.keep();
  await hurry();
  await heir.keep();
  const ids = sink.accepted.map(({ message }) => message.headers.get('message-id')?.[0]);
  expect(new Set(ids).size).toBe(2);
  expect((await record())?.pending).toEqual([]);
});

it('says that it is late, keeps trying without its alerter, and gives up what is refused for good', async () => {
  await dueReport({ ...SETTINGS, alerters: ['gone'] }, Date.now() - 3 * HOUR);
  const keeper = keeperOf(first);
  await keeper.keep();
  expect(await record()).toMatchObject({ pending: [{ answer: expect.stringContaining('no valid alerter "gone"') }] });
  await bench.put({ put: bench.keys.alerter('gone'), value: encode(sink.alerter) });
  await waitFor(() => first.caches.hasAlerter('gone'));
  const known = await record();
  const pending = known?.pending.map((one) => ({
    ...one,
    dueAt: new Date(DUE - HOUR).toISOString(),
    nextAt: new Date(0).toISOString(),
  }));
  await bench.put({ put: bench.keys.reportSent('shop'), value: encode({ ...known, pending }) });
  sink.behave({ kind: 'refuse' });
  await keeper.keep();
  expect(sink.received[0]?.message.text).toContain('It comes late');
  expect(await record()).toMatchObject({ pending: [], sent: [{ outcome: 'failed' }] });
  await waitFor(async () => (await bench.events('report-failed')).length === 2);
});

it('sends at once what a person asked for, and skips an alerter that cannot send reports', async () => {
  await dueReport({ ...SETTINGS, alerters: ['mail', 'hook'] }, Date.now());
  const hook = { type: 'http', options: { url: 'http://127.0.0.1:9/' } };
  await bench.put({ put: bench.keys.alerter('hook'), value: encode(hook) });
  await waitFor(() => first.caches.hasAlerter('hook'));
  const now = new Date().toISOString();
  const asked = { id: 'asked-1', dueAt: now, asked: true, since: now, attempts: 0, nextAt: now };
  const pending = ['mail', 'hook'].map((alerter) => ({ ...asked, alerter }));
  await bench.put({ put: bench.keys.reportSent('shop'), value: encode({ ...(await record()), pending }) });
  await keeperOf(first).keep();
  expect(sink.accepted).toHaveLength(1);
  expect(sink.accepted[0]?.message.text).not.toContain('late');
  expect((await record())?.sent.map(({ alerter, outcome }) => [alerter, outcome])).toEqual([
    ['hook', 'failed'],
    ['mail', 'sent'],
  ]);
});
