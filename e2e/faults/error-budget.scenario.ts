import { setTimeout as sleep } from 'node:timers/promises';
import { someOf } from '@9volt/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

/** A minute of the history is a second: a warning about an hour comes and goes within a minute. */
const env = { NINEV_INTERNAL_HISTORY_SPEED: '60' };
const INTERVAL_MS = 500;
const ALLOWED_MS = 2_000;
const SLACK_MS = 4_000;
/** All windows with a fast burn, and the calm that ends a warning, are over after this. */
const CALM_MS = 15_000;
/** Their status stays ok, so all alarms are about the budget. */
const settings = { 'critical-threshold': 1_000_000, 'slo-uptime': 99.9, 'slo-window': '7d' };

describe('error budgets that burn, while the owner of the monitors and the leader are killed', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
    await bench.nodes('scheduler', ['s1', 's2'], { env });
    await bench.nodes('worker', ['w1', 'w2'], { env });
    await bench.alert('pager');
  });
  afterEach(() => bench.stop());

  it('each warning is told once and resolved once', async () => {
    const monitors = names(4);
    await bench.watch(monitors, { intervalMs: INTERVAL_MS, alerters: ['pager'], settings });
    await bench.running();
    bench.targets.break(monitors);
    for (const name of monitors) await bench.told(name, ['critical'], { timeoutMs: 60_000 });
    await bench.outboxEmpty();

    const [owner, leader] = [await bench.ownerOf('m0'), await bench.leader()];
    const owned = bench.ownedBy(owner);
    const killedAt = Date.now();
    await bench.fault('crash', owner.name, () => owner.signal('SIGKILL'));
    await bench.fault('crash', leader.node.name, () => leader.node.signal('SIGKILL'));
    await bench.leader(leader);
    await waitFor(() => bench.checkedElsewhere(owned, owner, killedAt), {
      timeoutMs: 60_000,
      what: 'all checks to run',
    });
    const failoverMs = Date.now() - killedAt;
    // The heir reads the history, and judges many times.
    await sleep(CALM_MS);
    for (const name of someOf(monitors)) expect([name, bench.alerters.told(name)]).toEqual([name, ['critical']]);

    bench.targets.mend(monitors);
    for (const name of monitors) await bench.told(name, ['critical', 'resolve'], { timeoutMs: 60_000 });
    await sleep(CALM_MS);
    const { figures } = await bench.conclude(
      'error budget, kill -9 owner and leader',
      { failoverMs },
      { gapInFaultMs: 2 * (bench.ttlMs + ALLOWED_MS) + SLACK_MS },
    );
    expect(figures.repeated).toBe(0);
    for (const name of someOf(monitors))
      expect([name, bench.alerters.told(name)]).toEqual([name, ['critical', 'resolve']]);
  });
});
