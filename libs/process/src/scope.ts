import { setMaxListeners } from 'node:events';

/** Timers overflow above it, and would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Why an act was ended before it was done. */
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
  /** Has `release` called when the scope ends, however it ends, the last registered first. `release` must not throw. */
  onEnd(release: () => void): void;
}

/**
 * Runs `act` for at most `limitMs`, which may be `Infinity`. At the limit, or when `signal` aborts, the promise rejects with {@link CutShort} at once,
 * whatever `act` is waiting for. All that `act` opened is released before the promise settles, so nothing outlives a scope.
 */
export async function scoped<T>(
  limitMs: number,
  signal: AbortSignal,
  act: (scope: Scope) => Promise<T>,
  describeTimeout: () => string = () => 'timed out',
): Promise<T> {
  const releases: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let abort: () => void = () => undefined;
  const cut = new Promise<never>((_, reject) => {
    abort = () => reject(new CutShort('aborted', 'aborted'));
    if (signal.aborted) return abort();
    // One signal may end any number of runs, which is no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
    if (limitMs === Infinity) return;
    timer = setTimeout(() => reject(new CutShort('timeout', describeTimeout())), Math.min(limitMs, LONGEST_TIMER_MS));
  });
  try {
    // An act that is cut short goes on to fail when its resources are released: the race has taken its rejection.
    return await Promise.race([cut, signal.aborted ? cut : act({ onEnd: (release) => void releases.push(release) })]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    for (const release of releases.reverse()) release();
  }
}
