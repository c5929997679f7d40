import type { NoteKind, ProgramRules, ReportMessage, SettingsClass, Targets } from '@9volt/contracts';
import type { RenderedAlert } from './render-alert.js';

/**
 * The outcome of a delivery: `delivered`; `retryable`, worth another attempt (not before `retryAfterMs`, if the provider asks for
 * that); `rejected`: the provider refuses this message for good. `answer` is the provider's answer, capped, without secrets.
 */
export type DeliveryOutcome = Delivered | Retryable | { outcome: 'rejected'; answer: string };

interface Delivered {
  outcome: 'delivered';
  answer: string;
  /** A problem that a person should correct nonetheless. */
  notice?: string;
  /** The provider's name of the message, for replies. */
  reference?: string;
}

export interface Retryable {
  outcome: 'retryable';
  answer: string;
  retryAfterMs?: number;
  /**
   * `alerter`: the provider refuses our credentials, or does not know the target. No message passes before somebody corrects the
   * alerter; the worker keeps all until then. `unclear`: the whole message was sent and no answer came, so the provider may have
   * taken it.
   */
  cause?: 'alerter' | 'unclear';
  /** Recipients that have the message: the next attempt is only for the others. */
  reached?: readonly string[];
}

export interface DeliveryContext {
  /** Aborted when the process stops or the delivery takes too long. */
  signal: AbortSignal;
  /**
   * The same for every attempt at one notification, and different for every other notification: an idempotency key, a Message-ID.
   */
  notificationId: string;
  /** The programs that this worker may run. */
  programs: ProgramRules;
  /** The only way out: it looks up and connects to everything that the options name. */
  targets: Targets;
  /** Recipients that earlier attempts reached. */
  reached?: readonly string[];
  /** The reference of the message that a note replies to. */
  replyTo?: string;
  /** A person tests the alerter: the answer shows no content that does not come from a provider. */
  trial?: boolean;
  /** How long the provider may take to answer; default: 10 seconds. */
  timeoutMs?: number;
  /** How long it may take once the whole message was sent; default: `timeoutMs`. */
  patienceMs?: number;
  /** Called once, after `timeoutMs`, if the whole message was sent and is not confirmed yet; the attempt continues to wait. */
  onUnclear?: (why: string) => void;
}

export const DELIVERY_TIMEOUT_MS = 10_000;

/** A type of alerter. `send` never throws because of a provider; an exception is a defect of ours. */
export interface AlerterDefinition<O extends object = Record<string, unknown>> {
  type: string;
  /** One line for documentation and forms. */
  summary: string;
  options: SettingsClass<O>;
  /**
   * The options that decide where 9volt sends secrets, and how well protected. If an edit changes one of them, the editor must send
   * the secrets again: otherwise anybody who may edit an alerter could have its token sent to their own server.
   */
  destination: readonly (keyof O & string)[];
  /** The notes that the channel has a place for; without it none are sent. */
  notes?: readonly NoteKind[];
  /** The program that a delivery starts on the node, if any. */
  program?(options: O): string;
  send(options: O, alert: RenderedAlert, context: DeliveryContext): Promise<DeliveryOutcome>;
  /** Sends a report; absent if the channel has no place for tables. */
  sendReport?(options: O, report: ReportMessage, context: DeliveryContext): Promise<DeliveryOutcome>;
}

export function defineAlerter<O extends object>(definition: AlerterDefinition<O>): AlerterDefinition {
  return definition as unknown as AlerterDefinition;
}
