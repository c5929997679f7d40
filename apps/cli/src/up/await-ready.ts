import { setTimeout as sleep } from 'node:timers/promises';
import { readinessOf } from '../api/readiness.js';

/**
 * Waits until a node can do its work. Answers what is still missing after `timeoutMs`; nothing if it is ready or `signal` is
 * aborted.
 */
export async function awaitReady(url: string, timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
  const until = performance.now() + timeoutMs;
  while (!signal.aborted) {
    const lacking = Object.values((await readinessOf(url, signal)).missing);
    if (lacking.length === 0) break;
    if (performance.now() >= until) return lacking.join('; ');
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
