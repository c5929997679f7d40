import { setTimeout as sleep } from 'node:timers/promises';
import { someOf } from '@9volt/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { canFakeClocks, fakeClock, FaultBench, names, type NodeProcess, waitFor } from './harness/index.js';
import { report } from './harness/results.js';

const given = canFakeClocks ? describe : describe.skip;

/** Berlin: 2:00 becomes 3:00 on 28 March 2027, and 3:00 becomes 2:00 on 31 October, each at 1:00 UTC. */
const CHANGES = [
  { change: 'to summer time', schedule: '58 1 * * *', opens: Date.parse('2027-03-28T00:58:00Z') },
  // 2:58 comes once more at 1:58 UTC.
  { change: 'from summer time', schedule: '58 2 * * *', opens: Date.parse('2027-10-31T00:58:00Z') },
];
const FAULTS = ['a worker is killed', 'etcd is down'] as const;
const CASES = CHANGES.flatMap((one) => FAULTS.map((fault) => ({ ...one, fault })));
/** The window is open at the change, and ends 15 s after it. */
const LENGTH_MS = 135_000;
/** Time from the start of the processes to the end of the window. */
const LEFT_MS = 60_000;

interface Detail {
  held: Record<string, { reason: string; by: string; until: string } | undefined>;
  told: Record<string, string | undefined>;
}

given('a maintenance window over the change', () => {
  let bench: FaultBench;
  let api: NodeProcess;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  const shops = names(40, 'shop');
  const detail = async (name: string): Promise<Detail> =>
    (await (await fetch(`${api.url}/api/v1/state/${name}`)).json()) as Detail;

  it.each(CASES)('$change holds alarms until it ends, while $fault', async ({ change, fault, schedule, opens }) => {
    const closes = opens + LENGTH_MS;
    const aheadS = Math.round((closes - LEFT_MS - Date.now()) / 1_000);
    const endsAt = closes - aheadS * 1_000;
    const env = fakeClock({ FAKETIME: `+${aheadS}` });
    await Promise.all([
      bench.node('scheduler', 's1', { env }),
      bench.nodes('worker', ['w1', 'w2'], { env }),
      bench.node('api', 'a1', { env }).then((node) => (api = node)),
      bench.alert('pager'),
    ]);
    await bench.cluster.put(`${bench.cluster.keys.maintenances}night`, {
      match: { tags: ['shop'] },
      'time-zone': 'Europe/Berlin',
      schedule,
      duration: `${LENGTH_MS}ms`,
    });
    await bench.watch(shops, { intervalMs: 2_000, alerters: ['pager'], settings: { tags: ['shop'] } });
    await bench.running();
    bench.targets.break(shops);
    for (const name of someOf(shops)) {
      const held = async () => (await detail(name)).held['pager'];
      const { reason, by, until } = await waitFor(held, { timeoutMs: 30_000, what: `${name} to be held` });
      expect([name, reason, by, until]).toEqual([name, 'maintenance', 'night', new Date(closes).toISOString()]);
    }

    const sent = (): number => shops.filter((name) => bench.alerters.told(name).length > 0).length;
    const allSent = (): Promise<boolean> =>
      waitFor(() => sent() === shops.length, { timeoutMs: 60_000, what: () => `all alarms; ${sent()} are sent` });
    const faultBeforeMs = fault === 'etcd is down' ? 12_000 : 2_000;
    await sleep(Math.max(0, endsAt - faultBeforeMs - Date.now()));
    // It was early enough.
    expect(Date.now()).toBeLessThan(endsAt);
    if (fault === 'etcd is down') {
      await bench.fault('outage', 'etcd', async () => {
        await bench.cluster.etcd.kill();
        await allSent();
        await bench.cluster.etcd.restart();
      });
    } else {
      const owner = await bench.ownerOf(shops[0] as string);
      await bench.fault('crash', owner.name, () => owner.signal('SIGKILL'));
      await allSent();
    }
    const afterMs = bench.alerters.accepted('pager').map(({ at }) => at - endsAt);
    // The clocks of the processes are set to whole seconds.
    expect(Math.min(...afterMs)).toBeGreaterThan(-1_500);
    for (const name of someOf(shops)) {
      const settled = async () => {
        const { held, told } = await detail(name);
        return held['pager'] ? undefined : told['pager'];
      };
      const what = `${name} to be held no longer`;
      expect([name, await waitFor(settled, { timeoutMs: 60_000, what })]).toEqual([name, 'critical']);
    }
    bench.targets.mend(shops);
    for (const name of shops) await bench.told(name, ['critical', 'resolve'], { timeoutMs: 60_000 });
    const note = `the last of ${shops.length} alarms ${(Math.max(...afterMs) / 1_000).toFixed(1)} s after the end`;
    report({
      scenario: `36 window over the change ${change}; ${fault}`,
      lost: 0,
      repeated: 0,
      doubles: 0,
      note,
    });
  });
});
