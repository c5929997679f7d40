import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { type PagerDutyEvent, type StandIn, startPagerDutyStandIn } from '@9volt/alerters/testing';
import type { MonitorState, Silence } from '@9volt/contracts';
import { startEtcd, type TestEtcd, uniquePrefix, waitFor } from '@9volt/etcd-dal/testing';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { LeaderStandIn, WebTarget, WorkerRig } from '../testing/worker-rig.js';
import { BurnLogs } from './burn-logs.js';

jest.setTimeout(120_000);

let etcd: TestEtcd;
let view: LeaderStandIn;
let web: WebTarget;
let pager: StandIn<PagerDutyEvent>;
let prefix: string;
let workers: WorkerRig[];

beforeAll(async () => {
  // A minute of the history is a second: an alarm about an hour comes and goes within a minute.
  WorkerRig.historySpeed = 60;
  etcd = await startEtcd();
});
afterAll(async () => {
  WorkerRig.historySpeed = 1;
  await etcd.stop();
});
beforeEach(async () => {
  prefix = uniquePrefix();
  workers = [];
  web = await new WebTarget().listen();
  pager = await startPagerDutyStandIn();
  view = await new LeaderStandIn(etcd.endpoint, prefix).start();
  await view.put(view.keys.alerter('pager'), pager.alerter);
});
afterEach(async () => {
  for (const worker of workers) await worker.stop();
  await view.stop();
  await pager.close();
  await web.close();
});

async function started(name: string): Promise<WorkerRig> {
  const worker = await WorkerRig.start(etcd.endpoint, prefix, name);
  workers.push(worker);
  return worker;
}

/** Its status stays ok, so all alarms are about the budget. */
const settings = (): object => ({
  ...web.settings,
  ...{ interval: '100ms', timeout: '90ms', 'critical-threshold': 1_000_000, 'critical-alerter': ['pager'] },
  // Half an hour of 30 days becomes 7 minutes: it ends sooner.
  ...{ 'slo-uptime': 99.9, 'slo-window': '7d' },
});

const told = (): string[] => pager.accepted.map(({ message }) => message.event_action);
const verdictOf = (worker: WorkerRig): string | undefined => {
  const monitor = worker.get(OwnedMonitors).get('web');
  return monitor && worker.get(BurnLogs).of(monitor)?.fast.is;
};
const burning = (): Promise<MonitorState> =>
  waitFor(async () => {
    const state = await view.state('web');
    return state?.burning?.fast ? state : undefined;
  });

test('an alarm is sent once, also when another worker takes over while the budget burns, and is resolved', async () => {
  const first = await started('w1');
  await view.assign(first.id, 'web', settings());
  await waitFor(() => verdictOf(first) === 'off' || verdictOf(first) === 'unknown');
  web.healthy = false;
  await pager.waitForAccepted(1);
  expect((await burning()).burning?.fast).toMatchObject({
    told: { pager: 'critical' },
    message: expect.stringContaining('The error budget of 0.1 % burns'),
  });
  expect(view.owed[0]?.alert).toMatchObject({ type: 'critical', burn: 'fast' });
  await waitFor(() => first.events.some(({ type }) => type === 'burn-began'));

  await first.stop();
  const heir = await started('w2');
  await view.assign(heir.id, 'web', settings());
  // It reads the history of the first one, and judges by it.
  await waitFor(() => verdictOf(heir) === 'on');
  expect([told(), view.owed.length]).toEqual([['trigger'], 1]);

  web.healthy = true;
  await pager.waitForAccepted(2);
  expect(told()).toEqual(['trigger', 'resolve']);
  await waitFor(() => heir.events.some(({ type }) => type === 'burn-ended'));
  expect((await view.state('web'))?.burning?.fast).toBeUndefined();
});

test('a silence holds the alarm; its end sends it, and without the objective it is over', async () => {
  const silence: Silence = {
    match: { name: 'web' },
    start: new Date(Date.now() - 1_000).toISOString(),
    end: new Date(Date.now() + 600_000).toISOString(),
    comment: 'moving the shop',
    createdAt: new Date().toISOString(),
  };
  await view.put(view.keys.silence('s1'), silence);
  const worker = await started('w1');
  web.healthy = false;
  await view.assign(worker.id, 'web', settings());
  expect((await burning()).burning?.fast).toMatchObject({ told: {}, held: { pager: { reason: 'silence', by: 's1' } } });
  expect(view.owed).toEqual([]);
  await view.delete(view.keys.silence('s1'));
  await pager.waitForAccepted(1);
  expect(view.owed[0]?.alert.afterHold).toContain('The silence s1 ended.');
  await view.assign(worker.id, 'web', { ...settings(), 'slo-uptime': undefined });
  await pager.waitForAccepted(2);
  expect(told()).toEqual(['trigger', 'resolve']);
});
