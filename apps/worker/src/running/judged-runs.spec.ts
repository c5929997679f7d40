import { describe, expect, test } from '@jest/globals';
import type { CheckResult } from '@9volt/contracts';
import { Stop } from '@9volt/process';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { GivenContext } from './cautious-runs.js';
import { JudgedRuns } from './judged-runs.js';

const timedOut: CheckResult = { status: 'critical', message: 'timed out', latencyMs: 900, timed: true };
const ok: CheckResult = { status: 'ok', message: 'N/A', latencyMs: 3 };

/** A worker that stands still during each check. */
class Starved {
  result: CheckResult = timedOut;
  nowMs = 0;
  private readonly monitor = { name: 'web', intervalMs: 1_000_000 } as OwnedMonitor;
  private readonly judged = new JudgedRuns(
    ...([
      { execute: () => Promise.resolve({ result: this.result }) },
      { take: () => Promise.resolve(() => undefined) },
      { within: () => 500 },
      { repeated: () => undefined, unjudged: () => undefined },
      {
        now: () => this.nowMs,
        schedule: (run: () => void) => {
          setImmediate(run);
          return () => undefined;
        },
      },
    ] as unknown as ConstructorParameters<typeof JudgedRuns>),
  );

  async check(): Promise<CheckResult> {
    this.nowMs += 5_000;
    const context = (): GivenContext => ({ signal: new Stop() }) as unknown as GivenContext;
    return (await this.judged.execute(this.monitor, 0, new Stop(), context)).result;
  }

  async checks(count: number): Promise<CheckResult[]> {
    const results: CheckResult[] = [];
    for (let n = 0; n < count; n++) results.push(await this.check());
    return results;
  }
}

describe('a worker that never comes to rest', () => {
  test('tells of a target after twenty failures in a row', async () => {
    const starved = new Starved();
    const results = await starved.checks(8);
    expect(results.map(({ status }) => status)).toEqual([...Array<string>(6).fill('unknown'), 'critical', 'critical']);
    expect(results[5]).toMatchObject({ unjudged: true });
    expect(results[6]).toMatchObject({
      message: 'timed out',
      note: 'checked again: this worker stood still for 500ms',
    });
  });

  test('blames none that answered meanwhile', async () => {
    const starved = new Starved();
    await starved.checks(6);
    starved.result = ok;
    expect((await starved.check()).status).toBe('ok');
    starved.result = timedOut;
    expect((await starved.checks(6)).map(({ unjudged }) => unjudged)).toEqual(Array(6).fill(true));
  });

  test('never blames a target for what the worker lacks', async () => {
    const starved = new Starved();
    starved.result = { ...timedOut, shortage: 'EMFILE' };
    expect((await starved.checks(12)).map(({ unjudged }) => unjudged)).toEqual(Array(12).fill(true));
  });
});
