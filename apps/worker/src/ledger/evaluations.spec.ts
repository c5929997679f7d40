import { expect, test } from '@jest/globals';
import { type Assignment, type CheckResult, MonitorSettings, type MonitorState } from '@9volt/contracts';
import type { ClusterNode } from '@9volt/etcd-dal';
import { someOf } from '@9volt/testing';
import fc from 'fast-check';
import { evaluate } from '../evaluation/evaluate.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Evaluations } from './evaluations.js';
import { isWritten } from './state-change.js';

const node = { memberId: 'w1-a', options: { name: 'w1' } } as unknown as ClusterNode;
const settings = Object.assign(new MonitorSettings(), { type: 'tcp', interval: '10s', 'critical-threshold': 2 });
const NO_STATE = { state: undefined, modRevision: 0 };

function given(interval = '10s'): { clock: FakeClock; evaluations: Evaluations; monitor: OwnedMonitor } {
  const clock = new FakeClock();
  const value: Assignment = {
    phase: 'run',
    settings: Object.assign(new MonitorSettings(), settings, { interval }),
    revision: 7,
    createRevision: 7,
    assignedAt: '',
  };
  const monitor = new OwnedMonitor('web', { key: 'k', value, createRevision: 7, modRevision: 7 });
  const evaluations = new Evaluations(node, clock);
  evaluations.load(monitor, NO_STATE);
  return { clock, evaluations, monitor };
}

const resultOf = (status: CheckResult['status']): CheckResult => ({
  status,
  message: status === 'ok' ? 'N/A' : `${status}!`,
  latencyMs: 1,
});

test('the present state follows from all results, whenever somebody asks for it', () => {
  const step = fc.record({
    status: fc.constantFrom('ok', 'ok', 'ok', 'warning', 'critical', 'unknown' as const),
    asks: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const { clock, evaluations, monitor } = given();
      let expected: MonitorState | undefined;
      for (const { status, asks } of someOf(steps)) {
        clock.stall(10_000);
        const lastRunAt = clock.now() - 5;
        evaluations.take(monitor, resultOf(status), lastRunAt);
        expected = evaluate(expected, resultOf(status), monitor.settings, {
          now: clock.now(),
          lastRunAt,
          owner: 'w1-a',
          ownerName: 'w1',
          revision: 7,
          createRevision: 7,
          target: monitor.stateTarget,
          judgedWithinMs: monitor.judgedWithinMs,
        });
        if (asks) expect(evaluations.currentOf(monitor)).toEqual(expected);
      }
      expect(evaluations.currentOf(monitor)).toEqual(expected);
    }),
  );
});

test('a success like the ones before leaves nothing to write, unless the time of each check is recorded', () => {
  for (const [interval, leavesNothing] of someOf([
    ['10s', true],
    ['10m', false],
  ] as const)) {
    const { clock, evaluations, monitor } = given(interval);
    const take = (status: CheckResult['status']): void => {
      clock.stall(1_000);
      evaluations.take(monitor, resultOf(status), clock.now());
    };
    const isLeft = (): boolean => {
      const current = evaluations.unchangedOf(monitor);
      return current === undefined || !isWritten(monitor, evaluations.storedOf(monitor)?.state, current);
    };
    take('ok');
    expect(isLeft()).toBe(true);
    take('ok');
    // etcd has no state yet.
    expect(isLeft()).toBe(true);
    evaluations.holds(monitor, { state: evaluations.currentOf(monitor), modRevision: 9 });
    take('ok');
    expect(isLeft()).toBe(!leavesNothing);
    take('critical');
    expect(isLeft()).toBe(true);
    take('ok');
    expect(isLeft()).toBe(true);
    take('ok');
    // It counts again what etcd has.
    expect(isLeft()).toBe(!leavesNothing);
  }
});
