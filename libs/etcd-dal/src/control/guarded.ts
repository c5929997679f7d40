/** Called for an exception where nothing can be done about it: a defect of ours, which is to be seen and must not end the process. */
export type OnDefect = (where: string, error: unknown) => void;

/** A callback of a timer or an event: what it throws, or rejects with, is told and ends nothing. */
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
