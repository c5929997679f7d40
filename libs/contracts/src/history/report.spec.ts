import { describe, expect, it } from '@jest/globals';
import { type Reported, reportOf } from './report.js';
import { CLASS, NO_PHASES, type Tally } from './tally.js';

const HOUR = 3_600_000;
const range = { from: 0, to: 10 * HOUR };

function sum(hours: Partial<Record<keyof typeof CLASS, number>>, change: Partial<Tally> = {}): Tally {
  const time = [0, 0, 0, 0, 0, 0, 0];
  for (const [name, of] of Object.entries(hours)) time[CLASS[name as keyof typeof CLASS]] = of * HOUR;
  return {
    ...{ first: 0, firstClass: 0, last: range.to, lastClass: 0, holdMs: 60_000, runs: 100, failures: 10, overruns: 0 },
    ...{ time, maybeDown: 0, maybeUp: 0, latency: [], phases: NO_PHASES, changes: [] },
    ...change,
  };
}
const monitor = (name: string, change: Partial<Reported> = {}): Reported => ({
  name,
  groups: [],
  sum: sum({ ok: 10 }),
  incidents: [],
  ...change,
});

describe('a report', () => {
  it('has a line for each monitor, by name, and one for all', () => {
    const { total, lines } = reportOf([monitor('b'), monitor('a', { sum: sum({ ok: 9, critical: 1 }) })], range, false);
    expect(lines.map(({ name, uptime }) => [name, uptime?.min])).toEqual([
      ['a', 0.9],
      ['b', 1],
    ]);
    expect(total).toMatchObject({ monitors: 2, uptime: { min: 0.95, max: 0.95 }, watched: 1, downMs: HOUR, runs: 200 });
  });

  it('counts the time after the last result as nobody watched, unless it still stands', () => {
    const old = monitor('a', { sum: sum({ ok: 5 }, { last: 5 * HOUR }) });
    const fresh = monitor('b', { sum: sum({ ok: 9.99 }, { last: range.to - 30_000 }) });
    const { lines } = reportOf([old, fresh], range, false);
    expect(lines[0]).toMatchObject({ watched: 0.5, uptime: { min: 0.5, max: 1 }, unwatchedMs: 5 * HOUR });
    expect(lines[1]).toMatchObject({ watched: 1, unwatchedMs: 0 });
    const running = monitor('c', { sum: sum({ ok: 9.97 }, { last: range.to - 90_000 }) });
    const now = { ...range, knownUntil: range.to - 40_000 };
    expect(reportOf([running, old], now, false).lines).toMatchObject([lines[0], { watched: 1, unwatchedMs: 0 }]);
  });

  it('counts incidents that touch the time, their longest part in it, and the time to recovery', () => {
    const incidents = [
      { openedAt: -2 * HOUR, closedAt: -HOUR },
      { openedAt: -HOUR, closedAt: HOUR },
      { openedAt: 5 * HOUR, closedAt: 6 * HOUR },
      { openedAt: 8 * HOUR, closedAt: null },
      { openedAt: 11 * HOUR, closedAt: null },
    ];
    const { lines } = reportOf([monitor('a', { incidents })], range, false);
    expect(lines[0]).toMatchObject({ incidents: 3, longestMs: 2 * HOUR, meanToRecoveryMs: 1.5 * HOUR });
    expect(reportOf([monitor('b')], range, false).lines[0]).toMatchObject({
      incidents: 0,
      longestMs: null,
      meanToRecoveryMs: null,
    });
  });

  it('says how much of the error budget is left', () => {
    const slo = (hours: Parameters<typeof sum>[0], target: number) =>
      reportOf([monitor('a', { sum: sum(hours), slo: target })], range, false).lines[0]?.slo;
    expect(slo({ ok: 9.9, critical: 0.1 }, 0.98)).toMatchObject({ budgetMs: 720_000, usedMs: 360_000, left: 0.5 });
    expect(slo({ ok: 9.6, critical: 0.4 }, 0.98)?.left).toBeCloseTo(-1);
    expect(slo({ ok: 10 }, 1)?.left).toBe(1);
  });

  it('groups monitors; one in two groups counts in both, and once in all', () => {
    const { total, lines } = reportOf(
      [monitor('a', { groups: ['shop', 'eu'] }), monitor('b', { groups: ['shop'] }), monitor('c', { sum: undefined })],
      range,
      true,
    );
    expect(lines.map(({ name, monitors, slo }) => [name, monitors, slo])).toEqual([
      ['eu', 1, null],
      ['shop', 2, null],
    ]);
    expect(total.monitors).toBe(3);
  });

  it('knows nothing of what nobody watched', () => {
    expect(reportOf([monitor('a', { sum: undefined })], range, false).lines[0]).toMatchObject({
      uptime: null,
      watched: null,
      downMs: 0,
    });
  });
});
