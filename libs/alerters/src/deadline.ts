import { DELIVERY_TIMEOUT_MS, type DeliveryContext, type Retryable } from './define-alerter.js';

export interface Deadline {
  /** Aborted when the time is over or the caller gave up. */
  signal: AbortSignal;
  /**
   * The whole message was sent. From now on the provider may have taken it, so the connection stays open longer: a repeat might be
   * a second message.
   */
  sent(): void;
  /** Whether the whole message was sent. */
  readonly wasSent: boolean;
  /** The outcome of an aborted attempt. */
  outcome(): Retryable;
  /** The outcome of an attempt that broke off. */
  broken(answer: string): Retryable;
  /** Removes the timer and the listener on the caller's signal, which outlives many deliveries. */
  end(): void;
}

export function startDeadline(
  context: DeliveryContext,
  timeoutMs = context.timeoutMs ?? DELIVERY_TIMEOUT_MS,
): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const answersWithinMs = context.timeoutMs ?? DELIVERY_TIMEOUT_MS;
  const patienceMs = Math.max(context.patienceMs ?? 0, answersWithinMs);
  const timers = new Set([setTimeout(abort, timeoutMs)]);
  const clear = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
  if (context.signal.aborted) abort();
  else context.signal.addEventListener('abort', abort, { once: true });
  let wasSent = false;
  const broken = (answer: string): Retryable => ({
    outcome: 'retryable',
    answer,
    ...(wasSent ? { cause: 'unclear' as const } : {}),
  });
  return {
    signal: controller.signal,
    get wasSent() {
      return wasSent;
    },
    sent: () => {
      if (wasSent || controller.signal.aborted) return;
      wasSent = true;
      clear();
      timers.add(setTimeout(abort, patienceMs));
      if (patienceMs > answersWithinMs) {
        timers.add(
          setTimeout(() => context.onUnclear?.(`no answer within ${answersWithinMs / 1_000} s`), answersWithinMs),
        );
      }
    },
    broken,
    outcome: () =>
      broken(
        context.signal.aborted
          ? 'cancelled before an answer came'
          : `no answer within ${(wasSent ? patienceMs : timeoutMs) / 1_000} s`,
      ),
    end: () => {
      clear();
      context.signal.removeEventListener('abort', abort);
    },
  };
}
