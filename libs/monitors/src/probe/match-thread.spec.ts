import { afterEach, describe, expect, it } from '@jest/globals';
import { scoped } from '@9volt/process';
import { MatchThread, Unjudged } from './match-thread.js';

/** Takes seconds on a long text, on any machine. */
const SLOW = '.{0,1000}.{0,1000}.{0,400}[!?]';
const LONG = 'ab'.repeat(500_000);

const never = { onEnd: () => undefined };
const threads: MatchThread[] = [];
function thread(limits: { matchMs?: number; waitMs?: number; pauseMs?: number } = {}): MatchThread {
  const made = new MatchThread({ matchMs: 10_000, waitMs: 10_000, pauseMs: 60_000, ...limits });
  threads.push(made);
  return made;
}

afterEach(() => threads.splice(0).forEach((one) => one.close()));

describe('a thread that matches', () => {
  it('answers for each text, one job after another', async () => {
    const one = thread();
    const answers = await Promise.all([
      one.match('a+b', ['xaab', 'ba', 'ab'], never),
      one.match('^[0-9]+$', ['17', 'x'], never),
      one.match('(?i)ÄÖ', ['äö'], never),
    ]);
    expect(answers).toEqual([[true, false, true], [true, false], [true]]);
  });

  it('ends when a match takes too long, and the next ones get another thread', async () => {
    const one = thread({ matchMs: 300 });
    const slow = one.match(SLOW, [LONG], never);
    const next = one.match('a', ['a'], never);
    await expect(slow).rejects.toThrow('the regular expression takes longer than 300 ms on this response; simplify it');
    expect(await next).toEqual([true]);
  });

  it('does not delay others for an expression that took too long', async () => {
    const one = thread({ matchMs: 800 });
    await expect(one.match(SLOW, [LONG], never)).rejects.toThrow(Unjudged);
    const began = performance.now();
    await expect(one.match(SLOW, [LONG], never)).rejects.toThrow('takes longer than 800 ms');
    expect(performance.now() - began).toBeLessThan(700);
  });

  it('tries such an expression again later', async () => {
    const one = thread({ matchMs: 800, pauseMs: 0 });
    await expect(one.match(SLOW, [LONG], never)).rejects.toThrow(Unjudged);
    expect(await one.match(SLOW, ['ab!'], never)).toEqual([true]);
  });

  it('says so when others delay it', async () => {
    const one = thread({ matchMs: 5_000, waitMs: 200 });
    const slow = one.match(SLOW, [LONG], never).catch(() => undefined);
    await expect(one.match('a', ['a'], never)).rejects.toThrow('this worker is busy with other regular expressions');
    one.close();
    await slow;
  });

  it('drops matches that wait for an ended check', async () => {
    const one = thread({ matchMs: 300 });
    const slow = one.match(SLOW, [LONG], never).catch(() => undefined);
    const signal = new AbortController().signal;
    const cut = scoped(20, signal, (scope) => one.match('a', ['a'], scope));
    await expect(cut).rejects.toThrow('timed out');
    await slow;
    expect(one.depth).toBe(0);
  });

  it('survives what the engine cannot handle', async () => {
    const one = thread();
    await expect(one.match('(', ['x'], never)).rejects.toThrow(/could not be matched: .*missing closing/);
    expect(await one.match('x', ['x'], never)).toEqual([true]);
  });
});
