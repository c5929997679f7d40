import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the first truthy answer of `predicate`, asked every 10 ms; throws when there is none in time. */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  { timeoutMs = 30_000, what }: { timeoutMs?: number; what?: string | (() => string) } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const found = await predicate();
    if (found) return found as Exclude<T, false | null | undefined>;
    if (performance.now() > until) {
      const awaited = typeof what === 'function' ? what() : (what ?? predicate.toString());
      throw new Error(`not within ${timeoutMs} ms: ${awaited}`);
    }
    await sleep(10);
  }
}
