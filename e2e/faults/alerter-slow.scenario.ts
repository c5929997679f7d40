import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { someOf } from '@9volt/testing';
import { FaultBench, names } from './harness/index.js';

/** Answers usually come within 10 s; the worker waits 30 s for a first attempt that was sent whole, and 90 s for a repeat. */
const LATE_MS = 25_000;
const LATER_MS = 60_000;
const WATCHED_MS = 140_000;

interface Told {
  type: string;
  message: string;
  monitor?: string;
  alerter?: string;
}

describe('providers that accept a message at once and answer after 25 s, and after a minute', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  it('get a notification once, or once more at most, and none while an earlier request is open', async () => {
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2']);
    for (const name of ['late', 'later', 'well']) await bench.alert(name);
    const monitors = names(6);
    await bench.watch(monitors, { intervalMs: 2_000, alerters: ['late', 'later', 'well'] });
    await bench.running();
    bench.alerters.behave('late', { kind: 'slow', afterMs: LATE_MS });
    bench.alerters.behave('later', { kind: 'slow', afterMs: LATER_MS });
    bench.targets.break(monitors);
    for (const name of monitors) await bench.told(name, ['critical'], { alerter: 'well' });
    await sleep(WATCHED_MS);
    for (const name of someOf(monitors)) {
      expect(bench.alerters.told(name, 'late')).toEqual(['critical']);
      expect(bench.alerters.told(name, 'later')).toEqual(['critical', 'critical']);
    }
    expect(bench.alerters.sentTwiceAtOnce).toEqual([]);
    const events = [...(await bench.cluster.list<Told>(bench.cluster.keys.events)).values()];
    for (const name of someOf(monitors)) {
      for (const alerter of ['late', 'later']) {
        const about = events.filter((event) => event.monitor === name && event.alerter === alerter);
        expect(about.some(({ message }) => message.includes('sent, not confirmed'))).toBe(true);
        expect(about.filter(({ type }) => type === 'notification-sent')).toHaveLength(1);
      }
    }
    for (const alerter of ['late', 'later']) bench.alerters.behave(alerter, { kind: 'accept' });
    bench.targets.mend(monitors);
    for (const name of monitors) await bench.told(name, ['critical', 'resolve'], { alerter: 'late' });
    for (const name of monitors) await bench.told(name, ['critical', 'critical', 'resolve'], { alerter: 'later' });
    // The one repeat of each is the price of not losing it.
    for (const name of monitors) bench.excuse('later', name);
    await bench.conclude('24 alerters answer after 25 s and 60 s', { note: 'told once, and once more at most' });
  });
});
