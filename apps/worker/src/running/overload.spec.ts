import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Member } from '@9volt/contracts';
import { Health, Metrics } from '@9volt/platform';
import { FakeClock } from '../testing/fake-clock.js';
import { Overload } from './overload.js';

const WINDOW_MS = 10_000;
const MINUTES = 6;

let clock: FakeClock;
let health: Health;
let metrics: Metrics;
let overload: Overload;
let events: string[];
let member: Partial<Member>;
beforeEach(() => {
  clock = new FakeClock();
  health = new Health();
  metrics = new Metrics();
  events = [];
  member = {};
  const node = {
    options: { name: 'w1' },
    events: { emit: (type: string, message: string) => events.push(`${type}: ${message}`) },
    session: { update: async (change: Partial<Member>) => void Object.assign(member, change) },
  };
  overload = new Overload(...([node, clock, metrics, health] as unknown as ConstructorParameters<typeof Overload>));
  overload.onApplicationBootstrap();
});

/** A window in which checks with this interval began so late. */
async function window(delayMs: number, { checks = 100, intervalMs = 1_000, placeMs = 0 } = {}): Promise<void> {
  for (let n = 0; n < checks; n++) overload.began(delayMs, placeMs, intervalMs);
  await clock.advance(WINDOW_MS);
}

describe('a worker that cannot keep up', () => {
  test('says so once, everywhere, and when it is over', async () => {
    await window(2_300);
    expect(overload.active).toBe(false);
    for (let n = 0; n < 4; n++) await window(2_300);
    const words =
      'cannot keep up: it skips 67 % of its due checks, and begins others up to 2.3s late; start one more worker';
    expect(events).toEqual([`member-overloaded: w1 ${words}`]);
    expect(member.Overloaded).toBe(words);
    expect(health.missing()).toEqual({});
    expect(health.notes()).toEqual({ checks: words });
    expect(await metrics.registry.getSingleMetricAsString('ninevolt_overloaded')).toContain('ninevolt_overloaded 1');
    for (let n = 0; n < 3; n++) await window(15);
    expect(events.slice(1)).toEqual(['member-relieved: w1 keeps up again after 50s']);
    expect([member.Overloaded, health.notes(), overload.active]).toEqual(['', {}, false]);
  });

  test('coming and going, it says so every five minutes at most', async () => {
    for (let n = 0; n < (MINUTES * 60_000) / (6 * WINDOW_MS); n++) {
      for (let bad = 0; bad < 3; bad++) await window(2_300);
      for (let good = 0; good < 3; good++) await window(15);
    }
    expect(events.map((event) => event.split(':')[0])).toEqual([
      ...['member-overloaded', 'member-relieved'],
      ...['member-overloaded', 'member-relieved'],
    ]);
  });

  test('with long intervals, it is one that begins checks late', async () => {
    for (let n = 0; n < 2; n++) await window(1_200, { intervalMs: 60_000 });
    expect(events).toEqual([
      expect.stringContaining('it skips 0 % of its due checks, and begins others up to 1.2s late'),
    ]);
  });

  test('with short ones, it is one that skips, however little late it is', async () => {
    for (let n = 0; n < 2; n++) await window(30, { intervalMs: 20 });
    expect(events).toEqual([expect.stringContaining('it skips 50 % of its due checks')]);
  });

  test('for lack of places for programs, it names the option, also while no check begins at all', async () => {
    overload.waits();
    for (let n = 0; n < 2; n++) await clock.advance(WINDOW_MS);
    expect(events).toEqual([
      'member-overloaded: w1 cannot keep up: no check began in 10s; raise --exec-concurrency, or start one more worker',
    ]);
    overload.waited();
    for (let n = 0; n < 3; n++) await clock.advance(WINDOW_MS);
    expect(events).toHaveLength(2);
  });
});

describe('a worker that keeps up', () => {
  test('is not overloaded by one pause, nor by a few late checks', async () => {
    await window(2_300);
    await window(15);
    await window(2_300);
    for (let n = 0; n < 6; n++) {
      overload.began(3_000, 0, 60_000);
      await window(15);
    }
    await clock.advance(6 * WINDOW_MS);
    expect([events, overload.active]).toEqual([[], false]);
  });
});
