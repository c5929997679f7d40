import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@9volt/contracts';

/** Waits until a node can do its work. Answers what it still lacks after `timeoutMs`, nothing when it is ready or `signal` is aborted. */
export async function awaitReady(url: string, timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
  const until = performance.now() + timeoutMs;
  let lacking: string | undefined;
  while (!signal.aborted) {
    lacking = await lackingAt(url, signal);
    if (lacking === undefined || performance.now() >= until) break;
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
  return signal.aborted ? undefined : lacking;
}

async function lackingAt(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/readyz`, { signal });
    const { missing } = (await response.json()) as { missing: Record<string, string> };
    return response.ok ? undefined : Object.values(missing).join('; ');
  } catch (error) {
    return messageOf(error);
  }
}
