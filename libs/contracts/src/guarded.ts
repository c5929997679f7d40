import { messageOf } from './settings/errors.js';

/** Told of an exception where nothing can be done about it: a defect of ours, which is to be seen and must not end the process. */
export type OnDefect = (where: string, error: unknown) => void;

let listener: OnDefect = (where, error) => process.emitWarning(`${where}: ${messageOf(error)}`);

/** From now on this one is told of the defects of this process. Answers who was told before. */
export function reportDefectsTo(next: OnDefect): OnDefect {
  const before = listener;
  listener = next;
  return before;
}

/** Never throws. */
export function reportDefect(where: string, error: unknown): void {
  try {
    listener(where, error);
  } catch {
    // Whoever is told must not end the process either.
  }
}

/** A callback of a timer or an event: what it throws, or rejects with, is told and ends nothing. */
export function guarded<A extends readonly unknown[]>(
  where: string,
  call: (...args: A) => unknown,
): (...args: A) => void {
  return (...args) => {
    try {
      const outcome = call(...args);
      if (outcome instanceof Promise) unawaited(where, outcome);
    } catch (error) {
      reportDefect(where, error);
    }
  };
}

/** Of a promise that nobody awaits: what it rejects with is told and ends nothing. */
export function unawaited(where: string, promise: Promise<unknown>): void {
  promise.catch((error: unknown) => reportDefect(where, error));
}
