import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Member, messageOf } from '@9volt/contracts';
import { waitFor } from '../harness/index.js';
import { FaultBench, names } from './harness/index.js';
import { buildOf, previousCommit, type PreviousCommit } from './harness/previous-build.js';

const MONITORS = 1_000;
const OPEN = 60;
/** Incidents that open and resolve meanwhile. */
const CHURNING = 40;
const AT_ONCE = 5;
/** While other work keeps the machine busy; the end of the test judges whether it was in time. */
const TOLD_MS = 120_000;
const SEATS = [
  ['scheduler', 's1'],
  ['scheduler', 's2'],
  ['worker', 'w1'],
  ['worker', 'w2'],
  ['worker', 'w3'],
  ['api', 'a1'],
] as const;

const previous = previousCommit();
const skipped = 'reason' in previous ? ` (not shown: ${previous.reason})` : '';

describe('from the previous build to this one, and back', () => {
  let bench: FaultBench;
  beforeEach(async () => {
    bench = await FaultBench.start();
  });
  afterEach(() => bench.stop());

  (skipped ? it.skip : it)(`loses nothing and tells nothing twice, under ${MONITORS} monitors${skipped}`, async () => {
    const { commit } = previous as PreviousCommit;
    const main = buildOf(previous as PreviousCommit);
    for (const [role, name] of SEATS) await bench.node(role, name, { main });
    await bench.alert('pager');
    const all = names(MONITORS);
    const [open, churning] = [all.slice(0, OPEN), all.slice(OPEN, OPEN + CHURNING)];
    await bench.watch(all, { intervalMs: 10_000, alerters: ['pager'] });
    await bench.running(180_000);
    bench.targets.break(open);
    for (const name of open) await bench.told(name, ['critical'], { timeoutMs: 60_000 });

    const churn = new Churn(bench, churning);
    const toThisBuild = await replaceAll(undefined);
    const here = await versions();
    const back = await replaceAll(main);
    const alarms = await churn.stop();

    bench.targets.mend(open);
    for (const name of open) await bench.told(name, ['critical', 'resolve'], { timeoutMs: 60_000 });
    await bench.outboxEmpty();
    await sleep(12_000);
    const note = `${commit.slice(0, 7)} → this → back, ${OPEN} open, ${alarms} came and went`;
    const { figures } = await bench.conclude(
      '20 upgrade from the previous build and back',
      { note },
      { gapInFaultMs: 5_000 },
    );
    expect(figures).toMatchObject({ lost: 0, repeated: 0, doubles: 0 });
    expect(alarms).toBeGreaterThanOrEqual(2 * AT_ONCE);
    expect(here).toBe(SEATS.length);
    expect([toThisBuild, back]).toEqual([[], []]);
  });

  /** Replaces one process after the other, as an operator would. Answers the errors. */
  async function replaceAll(main: string | undefined): Promise<string[]> {
    const faults: string[] = [];
    for (const [role, name] of SEATS) {
      const old = bench.cluster.nodes.findLast((node) => node.name === name);
      await bench.fault('graceful', name, async () => {
        await old?.signal('SIGTERM');
        const now = await bench.node(role, name, main === undefined ? {} : { main });
        if (role !== 'api') return;
        const total = Number((await fetch(`${now.url}/api/v1/state?limit=1`)).headers.get('x-total-count'));
        if (total !== MONITORS) faults.push(`${name} shows ${total} monitors`);
      });
      if (old?.exitCode !== 0) faults.push(`${name} ended with ${old?.exitCode}`);
      await waitFor(() => bench.isSettled(), { timeoutMs: 120_000, what: `hand-overs after ${name} to end` });
    }
    return faults;
  }

  /** Number of members. */
  async function versions(): Promise<number> {
    return (await bench.cluster.list<Member>(bench.cluster.keys.members)).size;
  }
});

/** Breaks some targets, and repairs them once their alarms were sent; then some others. */
class Churn {
  private readonly over = new AbortController();
  private readonly expected = new Map<string, string[]>();
  private alarms = 0;
  private readonly running: Promise<void>;

  constructor(
    private readonly bench: FaultBench,
    private readonly monitors: readonly string[],
  ) {
    this.running = this.run();
    // Thrown by `stop`.
    this.running.catch(() => undefined);
  }

  /** Resolves when each was resolved. Answers the number of alarms. */
  async stop(): Promise<number> {
    this.over.abort();
    try {
      await this.running;
    } catch (error) {
      const where = this.bench.keep('upgrade from the previous build', [messageOf(error)]);
      throw new Error(`what was seen is in ${where}`, { cause: error });
    }
    return this.alarms;
  }

  private async run(): Promise<void> {
    const { bench, monitors } = this;
    for (let from = 0; !this.over.signal.aborted; from = (from + AT_ONCE) % monitors.length) {
      const some = monitors.slice(from, from + AT_ONCE);
      await this.toldOf(some);
      bench.targets.break(some);
      await this.toldOf(some, 'critical');
      bench.targets.mend(some);
      for (const name of some) this.expected.get(name)?.push('resolve');
      this.alarms += some.length;
    }
    await this.toldOf(monitors);
  }

  /** Waits until all expected notifications were sent, and this condition holds. */
  private async toldOf(some: readonly string[], type?: string): Promise<void> {
    for (const name of some) {
      const expected = this.expected.get(name) ?? [];
      if (type !== undefined) expected.push(type);
      this.expected.set(name, expected);
      await this.bench.told(name, expected, { timeoutMs: TOLD_MS });
    }
  }
}
