import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

/**
 * Repeats the removal of a notification until a ledger has an answer, however long that takes: an entry that stays is sent once
 * more, and the next owner must not see a later one of the lane before it. Answers whether it is settled.
 */
export async function untilSettled(
  settle: () => Promise<'done' | 'again' | 'lost'>,
  { signal, onError }: { signal: AbortSignal; onError: (error: unknown) => void },
): Promise<boolean> {
  for (let delayMs = RETRY_MS; ; delayMs = Math.min(MAX_RETRY_MS, delayMs * 2)) {
    try {
      const settled = await settle();
      if (settled !== 'again') return settled === 'done';
    } catch (error) {
      onError(error);
    }
    if (signal.aborted) return false;
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }
}
