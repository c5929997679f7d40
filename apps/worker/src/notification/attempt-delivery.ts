import { alerterTypes, type DeliveryOutcome, renderAlert } from '@9volt/alerters';
import { type Alert, type AlerterSettings, messageOf } from '@9volt/contracts';

export interface Attempt {
  settings: AlerterSettings;
  alert: Alert;
  /** Ends the attempt at once. */
  signal: AbortSignal;
  /** How long the provider may take to answer. */
  timeoutMs: number;
}

/** A dialogue, as with a mail server, has several waits of `timeoutMs`. */
const WAITS = 3;
const GRACE_MS = 1_000;

/** Sends once. Never throws, and ends in time even if the alerter's code does not: a defect of ours is worth another attempt too. */
export async function attemptDelivery({ settings, alert, signal, timeoutMs }: Attempt): Promise<DeliveryOutcome> {
  const definition = alerterTypes.get(settings.type);
  if (!definition) return { outcome: 'retryable', answer: `this worker does not know the type ${settings.type}` };
  const overdue = new AbortController();
  const abandoned = new Promise<DeliveryOutcome>((resolve) => {
    overdue.signal.addEventListener('abort', () =>
      resolve({ outcome: 'retryable', answer: String(overdue.signal.reason) }),
    );
  });
  const timer = setTimeout(() => overdue.abort('the alerter did not end in time'), WAITS * timeoutMs + GRACE_MS);
  const giveUp = (): void => overdue.abort('given up before an answer came');
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const context = { signal: overdue.signal, notificationId: notificationIdOf(alert), timeoutMs };
    return await Promise.race([definition.send(settings.options, renderAlert(alert), context), abandoned]);
  } catch (error) {
    return { outcome: 'retryable', answer: `failed within 9volt: ${messageOf(error)}` };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** The same for every attempt, by whichever worker. */
function notificationIdOf(alert: Alert): string {
  return `${alert.key}/${alert.type}`;
}
