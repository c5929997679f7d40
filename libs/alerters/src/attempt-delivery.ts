import {
  type Alert,
  type AlerterSettings,
  attributesOf,
  messageOf,
  type ProgramRules,
  type ReadSecret,
  type ReportMessage,
  resolveSecrets,
  SecretUnavailable,
  type Targets,
  withoutSecrets,
} from '@9volt/contracts';
import { type AlerterDefinition, type DeliveryContext, type DeliveryOutcome } from './define-alerter.js';
import { alerterTypes } from './registry.js';
import { renderAlert } from './render-alert.js';

interface AnyAttempt {
  settings: AlerterSettings;
  /** Ends the attempt at once. */
  signal: AbortSignal;
  /** How long the provider may take to answer. */
  timeoutMs: number;
  /** How long it may take once the whole message was sent; default: `timeoutMs`. */
  patienceMs?: number;
  /** Called once, after `timeoutMs`, if the whole message was sent and is not confirmed. */
  onUnclear?: (why: string) => void;
  /** Recipients that earlier attempts reached. */
  reached?: readonly string[];
  /** The reference of the message that a note replies to. */
  replyTo?: string | undefined;
  readSecret: ReadSecret;
  /** The programs that this process may run. */
  programs: ProgramRules;
  /** Where this process may connect to. */
  targets: Targets;
  /** A person tests the alerter. */
  trial?: boolean;
}

export interface Attempt extends AnyAttempt {
  alert: Alert;
}

export interface ReportAttempt extends AnyAttempt {
  report: ReportMessage;
  /** The same for every attempt, and different for every other report. */
  id: string;
}

/** A dialogue, as with a mail server, has several waits of `timeoutMs`. */
const WAITS = 3;
const GRACE_MS = 1_000;

/** What is sent with the options whose secrets are resolved. */
type Send = (
  definition: AlerterDefinition,
  options: Record<string, unknown>,
  context: DeliveryContext,
) => Promise<DeliveryOutcome>;

/** Sends once. Never throws, and ends in time even if the alerter's code does not: a defect of ours is retried, too. */
export function attemptDelivery({ alert, ...attempt }: Attempt): Promise<DeliveryOutcome> {
  return attemptAny(attempt, notificationIdOf(alert), (definition, options, context) =>
    definition.send(options, renderAlert(alert), context),
  );
}

/** Sends a report once, as {@link attemptDelivery} an alert. */
export function attemptReport({ report, id, ...attempt }: ReportAttempt): Promise<DeliveryOutcome> {
  return attemptAny(attempt, id, async (definition, options, context) => {
    if (definition.sendReport) return definition.sendReport(options, report, context);
    return { outcome: 'rejected', answer: `alerters of the type ${definition.type} cannot send reports` };
  });
}

async function attemptAny(attempt: AnyAttempt, notificationId: string, run: Send): Promise<DeliveryOutcome> {
  const { settings, signal, timeoutMs, patienceMs = timeoutMs, onUnclear, programs, targets, trial = false } = attempt;
  const definition = alerterTypes.get(settings.type);
  if (!definition)
    return {
      outcome: 'retryable',
      answer: `this process does not know the alerter type ${settings.type}; run the same version everywhere`,
    };
  const overdue = new AbortController();
  const abandoned = new Promise<DeliveryOutcome>((resolve) => {
    overdue.signal.addEventListener('abort', () =>
      resolve({ outcome: 'retryable', answer: String(overdue.signal.reason) }),
    );
  });
  const timer = setTimeout(
    () => overdue.abort('the alerter did not finish in time'),
    WAITS * timeoutMs + patienceMs + GRACE_MS,
  );
  const giveUp = (): void => overdue.abort('cancelled before an answer came');
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const { reached = [], replyTo } = attempt;
    const limits = { timeoutMs, patienceMs, ...(onUnclear === undefined ? {} : { onUnclear }) };
    const context = {
      ...{ signal: overdue.signal, notificationId, reached, ...limits, programs, targets, trial },
      ...(replyTo === undefined ? {} : { replyTo }),
    };
    return await Promise.race([send(definition, attempt, context, run), abandoned]);
  } catch (error) {
    // Somebody may add the secret while the notification waits, or another worker may have it.
    if (error instanceof SecretUnavailable) return { outcome: 'retryable', answer: error.message };
    return { outcome: 'retryable', answer: `internal error of 9volt: ${messageOf(error)}` };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

async function send(
  definition: AlerterDefinition,
  { settings, readSecret }: AnyAttempt,
  context: DeliveryContext,
  run: Send,
): Promise<DeliveryOutcome> {
  const names = [...attributesOf(definition.options).keys()];
  const { settings: options, secrets } = await resolveSecrets(settings.options, names, readSecret);
  const outcome = await run(definition, options, context);
  return { ...outcome, answer: withoutSecrets(outcome.answer, secrets) };
}

/** The same for every attempt, by any worker. */
function notificationIdOf(alert: Alert): string {
  const { group } = alert;
  const about = `${alert.key}/${alert.note?.kind ?? alert.type}${group ? `/group/${group.alarms}/${group.resolves}` : ''}`;
  // A deliberate repetition is another notification.
  return alert.repeat || alert.flapping || alert.note ? `${about}/${alert.at}` : about;
}
