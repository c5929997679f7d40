import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { CutShort, scoped } from './scope.js';

const never = new AbortController().signal;
const forever = () => new Promise<never>(() => undefined);

describe('scoped', () => {
  it('answers what the act answers, and releases what it opened, the last first', async () => {
    const released: string[] = [];
    const value = await scoped(1_000, never, async (scope) => {
      scope.onEnd(() => void released.push('first'));
      scope.onEnd(() => void released.push('second'));
      return 42;
    });
    expect(value).toBe(42);
    expect(released).toEqual(['second', 'first']);
  });

  it('releases when the act fails', async () => {
    let released = 0;
    const failing = scoped(1_000, never, async (scope) => {
      scope.onEnd(() => void (released += 1));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(released).toBe(1);
  });

  it('cuts an act short at the limit and says why', async () => {
    let released = 0;
    const hanging = scoped(
      20,
      never,
      (scope) => {
        scope.onEnd(() => void (released += 1));
        return forever();
      },
      () => 'took too long',
    );
    await expect(hanging).rejects.toMatchObject({ reason: 'timeout', message: 'took too long' });
    expect(released).toBe(1);
  });

  it('cuts an act short when aborted, and does not begin one that already is', async () => {
    const stop = new AbortController();
    const hanging = scoped(60_000, stop.signal, forever);
    stop.abort();
    await expect(hanging).rejects.toBeInstanceOf(CutShort);
    let begun = false;
    await expect(scoped(1_000, stop.signal, async () => void (begun = true))).rejects.toMatchObject({
      reason: 'aborted',
    });
    expect(begun).toBe(false);
  });

  it.each([Infinity, 60 * 86_400_000])(
    'does not take a limit of %d ms, too long for a timer, for none at all',
    async (limitMs) => {
      const slow = () => new Promise<string>((resolve) => setTimeout(resolve, 30, 'done'));
      expect(await scoped(limitMs, never, slow)).toBe('done');
    },
  );

  it('leaves no listener on the signal, which may end many checks', async () => {
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => scoped(1_000, signal, () => Promise.resolve())));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ignores a later failure of an act that was cut short', async () => {
    const act = () => new Promise<never>((_, reject) => void setTimeout(reject, 30, new Error('late')));
    await expect(scoped(5, never, act)).rejects.toThrow('timed out');
    await new Promise((resolve) => setTimeout(resolve, 60));
  });
});
