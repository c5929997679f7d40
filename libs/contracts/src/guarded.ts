import { messageOf } from './settings/errors.js';

/** Told of an exception where nothing can be done about it: a defect of ours, which is to be seen and must not end the process. */
export type OnDefect = (where: string, error: unknown) => void;

let listener: OnDefect = (where, error) => process.emitWarning(`${where}: ${messageOf(error)}`);

/** Sets the receiver of this process's defects. Answers the one before. */
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
    // The receiver must not end the process either.
  }
}

/** Wraps a callback of a timer or an event: reports what it throws or rejects with, and continues. */
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

/** For a promise that nobody awaits: reports what it rejects with, and continues. */
export function unawaited(where: string, promise: Promise<unknown>): void {
  promise.catch((error: unknown) => reportDefect(where, error));
}
