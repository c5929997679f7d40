import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ReportRecord, SentReport } from '@9volt/contracts';
import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { startEtcd, type TestEtcd, uniquePrefix } from '@9volt/etcd-dal/testing';
import { clusterFindings } from './cluster-findings.js';
import type { Finding } from './finding.js';

const REPORT = { title: 'Shop', schedule: '0 8 1 * *', period: 'previous-month', tags: ['shop'], alerters: ['mail'] };
const DUE = '2026-06-01T08:00:00.000Z';

let etcd: TestEtcd;
let client: EtcdClient;
let keys: Keyspace;
beforeAll(async () => {
  etcd = await startEtcd();
  client = new EtcdClient({ members: [etcd.endpoint] });
});
afterAll(async () => {
  client.close();
  await etcd.stop();
});
beforeEach(async () => {
  keys = new Keyspace(uniquePrefix());
  await put(keys.monitor('web'), { type: 'tcp', host: '127.0.0.1', port: 1, interval: '10s', tags: ['shop'] });
  await put(keys.alerter('mail'), { type: 'email', options: { to: 'team@example.com' } });
  await put(keys.alerter('hook'), { type: 'http', options: { url: 'http://127.0.0.1:9/' } });
});

async function put(key: string, value: unknown): Promise<void> {
  await client.txn({ compare: [], then: [{ put: key, value: JSON.stringify(value) }] });
}

async function found(): Promise<Finding[]> {
  const findings = await clusterFindings({
    etcd: { members: [etcd.endpoint] },
    prefix: keys.root.slice(1, -1),
    debug: false,
  });
  return findings.filter(({ subject }) => subject === 'reports');
}

const sent = (change: Partial<SentReport> = {}): SentReport => ({
  ...{ dueAt: DUE, at: DUE, alerter: 'mail', outcome: 'sent', answer: '250 kept' },
  ...change,
});
const record = (change: Partial<ReportRecord>): ReportRecord => ({
  ...{ handledUntil: DUE, schedule: '0 8 1 * * UTC', pending: [], sent: [] },
  ...change,
});

it('says nothing without reports, and that all is well', async () => {
  expect(await found()).toEqual([]);
  await put(keys.report('shop'), REPORT);
  const before = sent({ dueAt: '2026-05-01T08:00:00.000Z', outcome: 'failed', answer: '554 no' });
  await put(keys.reportSent('shop'), record({ sent: [sent(), before] }));
  expect(await found()).toEqual([{ subject: 'reports', verdict: 'ok', found: '1, and none of the last mails failed' }]);
});

it.each([
  [{ alerters: ['gone'] }, 'cannot be sent: shop: alerter gone does not exist'],
  [{ alerters: ['mail', 'hook'] }, 'cannot be sent: shop: alerter hook has the type http'],
  [{ alerters: ['nobody'] }, 'cannot be sent: shop: alerter nobody is not valid'],
  [{ tags: ['shpo'] }, 'about no monitor: shop'],
  [{ schedule: 'monthly' }, 'not valid: shop'],
])('names a report with %j', async (change, says) => {
  await put(keys.alerter('nobody'), { type: 'email', options: { to: '' } });
  await put(keys.report('shop'), { ...REPORT, ...change });
  expect(await found()).toMatchObject([{ verdict: 'warning', found: says }]);
});

it('names what was not sent, and what is tried again', async () => {
  await put(keys.report('shop'), REPORT);
  await put(keys.reportSent('shop'), record({ sent: [sent({ outcome: 'failed', answer: '554 no' }), sent()] }));
  expect(await found()).toMatchObject([{ found: `not sent: shop: to mail, due ${DUE}: 554 no` }]);
  const pending = { id: DUE, alerter: 'mail', dueAt: DUE, since: DUE, attempts: 2, nextAt: DUE, answer: '451 later' };
  await put(keys.reportSent('shop'), record({ pending: [pending] }));
  expect(await found()).toMatchObject([{ found: 'not sent: shop: to mail, will retry: 451 later' }]);
});
