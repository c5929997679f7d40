import type { ProgramRules, SettingsClass, Targets } from '@9volt/contracts';
import type { RenderedAlert } from './render-alert.js';

/**
 * What became of a delivery: `delivered`; `retryable`, worth another attempt (not before `retryAfterMs`, when the provider said so); `rejected`: this
 * message is refused for good. `answer` is what the provider said, capped, without secrets.
 */
export type DeliveryOutcome = Delivered | Retryable | { outcome: 'rejected'; answer: string };

interface Delivered {
  outcome: 'delivered';
  answer: string;
  /** What a person should change nonetheless. */
  notice?: string;
}

export interface Retryable {
  outcome: 'retryable';
  answer: string;
  retryAfterMs?: number;
  /**
   * `alerter`: the provider refuses who we are, or knows no such target. No message passes before the alerter is corrected, and all are kept until
   * then. `unclear`: the message was sent whole and no answer came, so that it may have been taken.
   */
  cause?: 'alerter' | 'unclear';
  /** Who of several has the message: the next attempt is for the others alone. */
  reached?: readonly string[];
}

export interface DeliveryContext {
  /** Aborted when the process stops or the delivery takes too long. */
  signal: AbortSignal;
  /**
   * The same for every attempt at one notification, and for no other notification: an idempotency key, a Message-ID.
   */
  notificationId: string;
  /** The programs that this worker runs. */
  programs: ProgramRules;
  /** The only way out: whatever the options name is looked up and connected to by it. */
  targets: Targets;
  /** Who has this notification by earlier attempts, as those told it. */
  reached?: readonly string[];
  /** A person tries the alerter out: the answer shows no content that is not a provider's. */
  trial?: boolean;
  /** How long the provider may take to answer; 10 seconds unless said here. */
  timeoutMs?: number;
  /** How long it may take once the message was sent whole; no longer than `timeoutMs` unless said here. */
  patienceMs?: number;
  /** Told once, after `timeoutMs`, that the message was sent whole and is not confirmed yet; it is waited for. */
  onUnclear?: (why: string) => void;
}

export const DELIVERY_TIMEOUT_MS = 10_000;

/** A type of alerter. `send` never throws for what the provider does; a throw is a defect of ours. */
export interface AlerterDefinition<O extends object = Record<string, unknown>> {
  type: string;
  /** One line for documentation and forms. */
  summary: string;
  options: SettingsClass<O>;
  /**
   * The options that decide where secrets are sent, and how well guarded. Who changes one of them must know the secrets: a masked
   * one is not kept then, or whoever may edit an alerter could have its token sent to a server of their own.
   */
  destination: readonly (keyof O & string)[];
  /** The program that a delivery starts on the node, if it does. */
  program?(options: O): string;
  send(options: O, alert: RenderedAlert, context: DeliveryContext): Promise<DeliveryOutcome>;
}

export function defineAlerter<O extends object>(definition: AlerterDefinition<O>): AlerterDefinition {
  return definition as unknown as AlerterDefinition;
}
