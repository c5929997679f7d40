import { describe, expect, it } from '@jest/globals';
import { CutShort } from '@9volt/process';
import { GuardedTargets } from '../net/guarded-targets.js';
import { ProbeRun } from './probe-run.js';

const run = (signal = new AbortController().signal) => new ProbeRun({ signal, targets: new GuardedTargets() });

describe('ProbeRun', () => {
  it.each([
    [new Error('broken'), 'critical', 'told'],
    [new CutShort('timeout', 'timed out'), 'critical', 'told'],
    [new CutShort('aborted', 'aborted'), 'unknown', 'aborted'],
    // An error of this worker, not of the target.
    [Object.assign(new Error('socket'), { code: 'EMFILE' }), 'unknown', 'told'],
  ])('finds on %s that the status is %s', (error, status, message) => {
    expect(run().failedWith(error, 'told')).toMatchObject({ status, message });
  });

  it('treats everything after an abort as its consequence', () => {
    expect(run(AbortSignal.abort()).failedWith(new Error('socket hang up'), 'told')).toMatchObject({
      status: 'unknown',
    });
  });

  it('caps its messages', () => {
    const result = run().failed('m'.repeat(5_000), 'e'.repeat(5_000), 'f'.repeat(5_000));
    expect([result.message.length, result.expected?.length, result.found?.length]).toEqual([1_024, 200, 200]);
  });

  it('adds up a phase that occurs several times, and shows only phases that occurred', () => {
    const twice = run();
    twice.spent('connect', performance.now() - 10);
    twice.spent('connect', performance.now() - 10);
    expect(Object.keys(twice.ok().phases ?? {})).toEqual(['connect']);
    expect(twice.phases.connect).toBeGreaterThanOrEqual(20);
    expect(run().ok()).not.toHaveProperty('phases');
  });

  it('says what it was waiting for', async () => {
    const waiting = run();
    waiting.stage = 'connecting';
    await expect(waiting.within(15, () => new Promise(() => undefined))).rejects.toThrow(
      'timed out after 15ms while connecting',
    );
  });
});
