import { describe, expect, test } from '@jest/globals';
import { Standstills } from './standstills.js';

/** A process whose time, and waiting time for a processor, a test sets. */
function processOf(): { standstills: Standstills; pass: (ms: number, deniedMs?: number) => void; now: () => number } {
  let now = 1_000;
  let denied = 0;
  const standstills = new Standstills(
    () => now,
    () => denied,
  );
  return {
    standstills,
    now: () => now,
    pass: (ms, deniedMs = 0) => {
      now += ms;
      denied += deniedMs;
      standstills.look();
    },
  };
}

describe('a process', () => {
  test('without a late timer did not stand still', () => {
    const { standstills, pass } = processOf();
    for (let tick = 0; tick < 100; tick++) pass(52, 1);
    expect(standstills.within(0, 10_000)).toBe(0);
    expect(standstills.totalMs).toBe(0);
  });

  test('that was stopped stood still as long as its timer is late', () => {
    const { standstills, pass, now } = processOf();
    pass(50);
    const from = now();
    pass(1_250);
    expect(standstills.within(from, now())).toBe(1_200);
    expect(standstills.within(from - 500, now() + 500)).toBe(1_200);
  });

  test('counts only the part of a standstill between two instants', () => {
    const { standstills, pass, now } = processOf();
    pass(1_050);
    pass(50);
    const end = now();
    expect(standstills.within(end - 40, end)).toBe(0);
    expect(standstills.within(end - 150, end - 50)).toBe(100);
    expect(standstills.within(end, end + 1_000)).toBe(0);
  });

  test('that often waits for a processor stood still for the sum of it', () => {
    const { standstills, pass, now } = processOf();
    const from = now();
    for (let tick = 0; tick < 10; tick++) pass(55, 30);
    expect(standstills.within(from, now())).toBeCloseTo(300);
  });

  test('forgets old standstills, and keeps a limited number', () => {
    const { standstills, pass, now } = processOf();
    const from = now();
    pass(1_050);
    for (let minute = 0; minute < 11; minute++) pass(60_050, 0);
    expect(standstills.within(from, from + 1_050)).toBe(0);
    for (let tick = 0; tick < 10_000; tick++) pass(60, 20);
    expect(standstills.within(from, now())).toBeLessThanOrEqual(4_000 * 20);
  });
});

test('notices that this process was busy', () => {
  const standstills = new Standstills();
  standstills.onApplicationBootstrap();
  try {
    const from = performance.now();
    while (performance.now() - from < 300);
    expect(standstills.within(from, performance.now())).toBeGreaterThan(200);
  } finally {
    standstills.onApplicationShutdown();
  }
});
