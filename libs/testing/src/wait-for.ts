import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves with the first truthy answer of `predicate`; throws when there is none in time. It asks after 10 ms, and the longer it
 * waits the less often, every 50 ms in the end: most predicates ask etcd or an API, on a machine that runs other tests too.
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  { timeoutMs = 30_000, what }: { timeoutMs?: number; what?: string | (() => string) } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const since = performance.now();
  for (;;) {
    const found = await predicate();
    if (found) return found as Exclude<T, false | null | undefined>;
    const waitedMs = performance.now() - since;
    if (waitedMs > timeoutMs) {
      const awaited = typeof what === 'function' ? what() : (what ?? predicate.toString());
      throw new Error(`not within ${timeoutMs} ms: ${awaited}`);
    }
    await sleep(Math.min(10 + waitedMs / 10, 50));
  }
}
