import { setTimeout as sleep } from 'node:timers/promises';
import { someOf } from '@9volt/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

const MONITORS = 1_000;
const INTERVAL_MS = 5_000;
/** The promise is TTL + 2 s; the rest is what a busy machine may add. */
const FAILOVER_MS = 6_000 + 2_000;
const SLACK_MS = 4_000;

describe('one of three workers killed, with 1,000 monitors at 5 s', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('its checks run elsewhere in time, those of others are not disturbed, no notification is sent twice', async () => {
    await bench.nodes('scheduler', ['s1', 's2', 's3']);
    await bench.nodes('worker', ['w1', 'w2', 'w3']);
    await Promise.all([bench.alert('pager'), bench.alert('chat')]);
    const monitors = names(MONITORS);
    await bench.watch(monitors, { intervalMs: INTERVAL_MS, alerters: ['pager', 'chat'] });
    await bench.running();
    const victim = await bench.ownerOf('m0');
    const owned = bench.ownedBy(victim);
    const stayed = monitors.filter((name) => !owned.includes(name));
    const ownersBefore = new Map(stayed.map((name) => [name, bench.audit.ownerOf(name)]));
    const open = owned.slice(0, 10);
    const repaired = owned.slice(10, 20);
    const breaking = [...owned.slice(20, 30), ...stayed.slice(0, 10)];
    bench.targets.break([...open, ...repaired]);
    for (const name of [...open, ...repaired]) await bench.told(name, ['critical', 'critical']);
    await bench.outboxEmpty();

    const killedAt = Date.now();
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    bench.targets.mend(repaired);
    bench.targets.break(breaking);
    await waitFor(() => bench.checkedElsewhere(owned, victim, killedAt), {
      timeoutMs: 60_000,
      what: 'all checks to run',
    });
    const failoverMs = Date.now() - killedAt;
    for (const name of repaired) await bench.told(name, ['critical', 'critical', 'resolve', 'resolve']);
    for (const name of breaking) await bench.told(name, ['critical', 'critical']);
    await sleep(2 * INTERVAL_MS);
    for (const name of open) await bench.told(name, ['critical', 'critical']);
    bench.targets.mend([...open, ...breaking]);
    for (const name of [...open, ...breaking]) await bench.told(name, ['critical', 'critical', 'resolve', 'resolve']);

    const { figures } = await bench.conclude('2 kill -9 worker, 1,000 monitors', { failoverMs });
    expect(figures.repeated).toBe(0);
    expect(failoverMs).toBeLessThan(FAILOVER_MS + INTERVAL_MS + SLACK_MS);
    for (const [name, owner] of someOf(ownersBefore)) expect([name, bench.audit.ownerOf(name)]).toEqual([name, owner]);
    expect(bench.gapOf(stayed)).toBeLessThan(bench.promises.gapSlackMs);
  });
});
