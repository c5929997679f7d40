import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names } from './harness/index.js';

const DOWN_MS = 600_000;
/** After the provider is back, or after the time that it asked for. */
const DELIVERED_WITHIN_MS = 60_000;
/** How long the worker waits for a hanging request, because a request that was sent whole may have arrived. */
const PATIENCE_MS = 90_000;
const SLACK_MS = 15_000;
const ALERTERS = ['down', 'hanging', 'limited', 'failing', 'picky', 'well'];
const POISONED = 'm5';

describe('providers that are down, hang, ask to wait, fail and refuse, for ten minutes', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('pending notifications outlive their worker and are delivered within a minute of the recovery; others are not delayed', async () => {
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2']);
    for (const name of ALERTERS) await bench.alert(name);
    const monitors = names(20);
    await bench.watch(monitors, { intervalMs: 2_000, alerters: ALERTERS });
    await bench.running();
    bench.alerters.behave('down', { kind: 'down' });
    bench.alerters.behave('hanging', { kind: 'hang' });
    bench.alerters.behave('limited', { kind: 'rate-limit', retryAfterS: 20 });
    bench.alerters.behave('failing', { kind: 'fail' });
    bench.alerters.behave('picky', { kind: 'poison', monitor: POISONED });
    const brokenAt = Date.now();
    bench.targets.break(monitors);
    for (const name of monitors) await bench.told(name, ['critical'], { alerter: 'well' });
    const wellMs = Date.now() - brokenAt;
    for (const name of monitors) if (name !== POISONED) await bench.told(name, ['critical'], { alerter: 'picky' });

    // Half way through, the worker with the pending notifications dies.
    await sleep(DOWN_MS / 2);
    const victim = await bench.ownerOf('m0');
    await bench.fault('crash', victim.name, () => victim.signal('SIGKILL'));
    await bench.node('worker', 'w3');
    await sleep(DOWN_MS / 2 - 20_000);
    const attempts = bench.alerters.deliveries.filter(
      ({ alerter, monitor }) => alerter === 'failing' && monitor === 'm0',
    ).length;
    const recoveredAt = Date.now();
    for (const alerter of ALERTERS) bench.alerters.behave(alerter, { kind: 'accept' });
    for (const alerter of ['down', 'limited', 'failing']) {
      for (const name of monitors) await bench.told(name, ['critical'], { alerter, timeoutMs: 180_000 });
    }
    const failoverMs = Date.now() - recoveredAt;
    for (const name of monitors) await bench.told(name, ['critical'], { alerter: 'hanging', timeoutMs: 180_000 });
    const hangingMs = Date.now() - recoveredAt;
    bench.targets.mend(monitors);
    const told = (alerter: string, name: string): string[] =>
      alerter === 'picky' && name === POISONED ? ['resolve'] : ['critical', 'resolve'];
    for (const alerter of ALERTERS) {
      for (const name of monitors)
        if (name !== POISONED || alerter !== 'picky') await bench.told(name, told(alerter, name), { alerter });
    }
    const events = await bench.cluster.list<{
      type: string;
      monitor?: string;
      alerter?: string;
      details?: { dropped?: boolean };
    }>(bench.cluster.keys.events);
    const refused = [...events.values()].filter(
      ({ type, alerter, details }) => type === 'notification-failed' && alerter === 'picky' && details?.dropped,
    );
    expect(refused.map(({ monitor }) => monitor)).toEqual([POISONED]);
    // A rejected notification is no loss: an event reports it.
    bench.excuse('picky', POISONED);
    await bench.conclude(
      '14 alerters down for 10 min',
      {
        failoverMs,
        note: `the others were told after ${(wellMs / 1_000).toFixed(1)} s; ${attempts} attempts at one alarm`,
      },
      { tellWithinMs: DOWN_MS + 120_000 },
    );
    expect(failoverMs).toBeLessThan(DELIVERED_WITHIN_MS + SLACK_MS);
    expect(hangingMs).toBeLessThan(PATIENCE_MS + SLACK_MS);
    expect(wellMs).toBeLessThan(15_000);
    expect(attempts).toBeLessThan(40);
  });
});
