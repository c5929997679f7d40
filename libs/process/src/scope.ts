import { setMaxListeners } from 'node:events';
import { deadline } from './deadlines.js';
import type { StopSignal } from './stop-signal.js';

/** Why an act ended before it was done. */
export class CutShort extends Error {
  constructor(
    readonly reason: 'timeout' | 'aborted',
    message: string,
  ) {
    super(message);
    this.name = 'CutShort';
  }
}

export interface Scope {
  /** Calls `release` when the scope ends, however it ends, the last registered first. `release` must not throw. */
  onEnd(release: () => void): void;
}

/**
 * Runs `act` for at most `limitMs`, which may be `Infinity`. At the limit, or when `signal` aborts, the promise rejects with {@link
 * CutShort} at once, whatever `act` is waiting for. It releases everything that `act` opened before the promise settles, so nothing
 * outlives a scope.
 */
export function scoped<T>(
  limitMs: number,
  signal: StopSignal,
  act: (scope: Scope) => Promise<T>,
  describeTimeout: () => string = () => 'timed out',
): Promise<T> {
  if (signal.aborted) return Promise.reject(new CutShort('aborted', 'aborted'));
  return new Promise((resolve, reject) => {
    // One signal may end any number of checks; that is not a leak.
    if (signal instanceof AbortSignal) setMaxListeners(0, signal);
    const releases: (() => void)[] = [];
    let ended = false;
    const end = (): boolean => {
      if (ended) return false;
      ended = true;
      cancel();
      signal.removeEventListener('abort', abort);
      for (let index = releases.length - 1; index >= 0; index--) releases[index]?.();
      return true;
    };
    const fail = (error: Error): void => {
      if (end()) reject(error);
    };
    const abort = (): void => fail(new CutShort('aborted', 'aborted'));
    const cancel = deadline(limitMs, () => fail(new CutShort('timeout', describeTimeout())));
    signal.addEventListener('abort', abort, { once: true });
    // What an act opens after the end is released at once.
    const scope = { onEnd: (release: () => void) => void (ended ? release() : releases.push(release)) };
    // An act that was cut short fails when its resources are released: nobody waits for that any more.
    try {
      act(scope).then((value) => end() && resolve(value), fail);
    } catch (error) {
      fail(error as Error);
    }
  });
}
