import { DELIVERY_TIMEOUT_MS, type DeliveryContext } from './define-alerter.js';

export interface Deadline {
  /** Aborted when the time is over or the caller gave up. */
  signal: AbortSignal;
  /** Why it was aborted, in words. */
  reason(): string;
  /** Lets go of the timer and of the caller's signal, which outlives many deliveries. */
  end(): void;
}

export function startDeadline(
  context: DeliveryContext,
  timeoutMs = context.timeoutMs ?? DELIVERY_TIMEOUT_MS,
): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  if (context.signal.aborted) abort();
  else context.signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    reason: () =>
      context.signal.aborted ? 'given up before an answer came' : `no answer within ${timeoutMs / 1_000} s`,
    end: () => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', abort);
    },
  };
}
