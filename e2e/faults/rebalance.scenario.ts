import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultBench, names, waitFor } from './harness/index.js';

const MONITORS = 10_000;
/** Checked so rarely that only the moves count. */
const INTERVAL_MS = 3_600_000;
const MOVED_WITHIN_MS = 5_000;
const SLACK_MS = 15_000;

describe('planned moves of many monitors', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  const assigned = (): number => [...bench.audit.spread().values()].reduce((sum, count) => sum + count, 0);
  /** Whether the workers have about equally many. */
  const isBalanced = (workers: number): boolean => {
    const counts = [...bench.audit.spread().values()].filter((count) => count > 0);
    return counts.length === workers && Math.max(...counts) - Math.min(...counts) <= Math.max(2, MONITORS / 1_000);
  };
  const balanced = async (workers: number): Promise<void> => {
    await waitFor(() => isBalanced(workers), { timeoutMs: 180_000, what: `balance of ${workers}` });
  };

  it('a worker joins one that has 10,000: half of them move, the others do not', async () => {
    await bench.nodes('scheduler', ['s1', 's2']);
    await bench.node('worker', 'w1');
    const monitors = names(MONITORS);
    await bench.watch(monitors, { intervalMs: INTERVAL_MS });
    await waitFor(() => assigned() === MONITORS, { timeoutMs: 120_000, what: 'all to be assigned' });
    await sleep(70_000);
    const before = bench.audit.moves;
    const joinedAt = Date.now();
    await bench.fault('graceful', 'w2', () => bench.node('worker', 'w2'));
    const readyMs = Date.now() - joinedAt;
    await balanced(2);
    const failoverMs = Date.now() - joinedAt;
    const moves = bench.audit.moves - before;
    await sleep(2_000);
    expect(await bench.isSettled()).toBe(true);
    expect(bench.audit.moves - before).toBe(moves);
    await bench.conclude('a worker joins one with 10,000', {
      failoverMs,
      note: `${moves} moved, ready after ${readyMs} ms`,
    });
    expect(moves).toBeGreaterThan(MONITORS * 0.49);
    expect(moves).toBeLessThan(MONITORS * 0.51);
    expect(failoverMs - readyMs).toBeLessThan(MOVED_WITHIN_MS + SLACK_MS);
  });

  it('10 workers join and leave again: no more moves than that takes, within a tenth', async () => {
    await bench.node('scheduler', 's1');
    await bench.nodes('worker', ['w1', 'w2']);
    const some = 2_000;
    await bench.watch(names(some), { intervalMs: INTERVAL_MS });
    await waitFor(() => assigned() === some, { timeoutMs: 120_000, what: 'all to be assigned' });
    await sleep(65_000);
    const before = bench.audit.moves;
    const joining = names(10, 'j');
    // One by one, as machines start: each takes what makes the loads equal.
    let least = 0;
    for (const [index, name] of joining.entries()) {
      await bench.node('worker', name);
      await balanced(index + 3);
      least += some / (index + 3);
    }
    // Each gives up everything when it is stopped.
    for (const [index, name] of joining.entries()) {
      const node = bench.cluster.nodes.find((one) => one.name === name);
      await node?.signal('SIGTERM');
      await balanced(11 - index);
      least += some / (12 - index);
    }
    const moves = bench.audit.moves - before;
    await bench.conclude('10 workers join and leave', { note: `${moves} moves, ${Math.round(least)} at the least` });
    expect(moves).toBeLessThan(least * 1.1);
  });
});
