import { describe, expect, test } from '@jest/globals';
import { type Assignment, MonitorSettings } from '@9volt/contracts';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { heirsFirstRun, phaseOf, slotAfter } from '../time/slots.js';
import { LastRuns } from './last-runs.js';

const INTERVAL_MS = 10_000;
const settings = Object.assign(new MonitorSettings(), { type: 'tcp', interval: '10s' });
const value: Assignment = { phase: 'run', settings, revision: 7, createRevision: 7, assignedAt: '' };

const HOUR = 3_600_000;

function given(aheadMs = 0): {
  clock: FakeClock;
  lastRuns: LastRuns;
  monitor: OwnedMonitor;
  slot: number;
  phase: number;
} {
  const clock = new FakeClock();
  const monitor = new OwnedMonitor('web', { key: 'k', value, createRevision: 7, modRevision: 7 });
  const phase = phaseOf('web', INTERVAL_MS);
  const slot = slotAfter(clock.now(), INTERVAL_MS, phase);
  clock.stall(slot - clock.now());
  return { clock, lastRuns: new LastRuns(clock, { aheadMs }), monitor, slot, phase };
}

describe('the next owner runs a monitor', () => {
  test.each([
    ['at its next slot after a quick check', 50, 1],
    ['at its next slot after a check that took nearly an interval', 9_500, 1],
    ['not for the slot that passed during the check', 10_200, 2],
    ['not for all slots that passed during the check', 35_000, 4],
  ])('%s', async (_what, tookMs, slots) => {
    const { clock, lastRuns, monitor, slot, phase } = given();
    clock.stall(tookMs);
    lastRuns.note(monitor, slot, { status: 'ok', message: '', latencyMs: tookMs });
    const at = lastRuns.doneUntil(monitor) ?? 0;
    expect(heirsFirstRun(clock.now(), INTERVAL_MS, phase, { at, exact: true })).toBeCloseTo(
      slot + slots * INTERVAL_MS,
      0,
    );
  });

  test.each([
    ['at its next slot after a probe that began somewhat late', 4_000, 1],
    ['not within half an interval of a probe that began late', 6_000, 2],
  ])('%s', (_what, lateMs, slots) => {
    const { clock, lastRuns, monitor, slot, phase } = given();
    clock.stall(lateMs + 100);
    lastRuns.note(monitor, slot, { status: 'ok', message: '', latencyMs: 100 });
    const at = lastRuns.doneUntil(monitor) ?? 0;
    const next = heirsFirstRun(clock.now(), INTERVAL_MS, phase, { at, exact: true });
    expect(next).toBeCloseTo(slot + slots * INTERVAL_MS, 0);
  });

  test('at its next slot after a check that never probed', () => {
    const { clock, lastRuns, monitor, slot } = given();
    clock.stall(6_000);
    lastRuns.note(monitor, slot, { status: 'unknown', message: '', latencyMs: 0 });
    expect(lastRuns.doneUntil(monitor)).toBe(slot);
  });

  test('at its next slot after a check out of turn', () => {
    const { clock, lastRuns, monitor, slot } = given();
    clock.stall(4_000);
    lastRuns.note(monitor, slot + 3_900, { status: 'ok', message: '', latencyMs: 100 });
    expect(lastRuns.doneUntil(monitor)).toBe(slot + 3_900);
  });

  test.each([
    ['both clocks are right', 0, 0],
    ['the clock of its predecessor is ahead', 3 * HOUR, 0],
    ['the clock of its predecessor is behind', -3 * HOUR, 0],
    ['its own clock is ahead', 0, 3 * HOUR],
    ['its own clock is behind', 0, -3 * HOUR],
    ['both clocks are wrong', 3 * HOUR, -3 * HOUR],
    ['its own clock is ahead by less than the cluster notices', 0, 20_000],
  ])('at its next slot, though %s', (_what, predecessorsMs, ownMs) => {
    // Others know the time of the cluster from keys that are some seconds old.
    const { lastRuns, monitor, slot, phase, clock } = given(predecessorsMs === 0 ? 0 : -predecessorsMs - 7_000);
    lastRuns.note(monitor, slot, { status: 'ok', message: '', latencyMs: 0 });
    clock.stall(3_000);
    const assignment = { ...value, ...lastRuns.handedOver(monitor) };
    const arrivedAt = slot - predecessorsMs + ownMs + 3_100;
    const heir = new LastRuns(new FakeClock(arrivedAt), { aheadMs: Math.abs(ownMs) < HOUR ? 0 : -ownMs - 7_000 });
    const taken = new OwnedMonitor('web', { key: 'k', value: assignment, createRevision: 8, modRevision: 8 });
    const at = heir.startedAt(taken) as number;
    const due = heirsFirstRun(arrivedAt, INTERVAL_MS, phase, { at, exact: true });
    expect(Math.abs(due - slotAfter(arrivedAt, INTERVAL_MS, phase))).toBeLessThan(1);
    expect(at).toBeGreaterThan(arrivedAt - 3_200);
  });
});
