/** Called for an exception that nobody can handle: a defect of ours, which must be reported and must not end the process. */
export type OnDefect = (where: string, error: unknown) => void;

/** Wraps a callback of a timer or an event: reports what it throws or rejects with, and continues. */
export function guarded<A extends readonly unknown[]>(
  onDefect: OnDefect,
  where: string,
  call: (...args: A) => unknown,
): (...args: A) => void {
  return (...args) => {
    try {
      const outcome = call(...args);
      if (outcome instanceof Promise) outcome.catch((error: unknown) => onDefect(where, error));
    } catch (error) {
      onDefect(where, error);
    }
  };
}
