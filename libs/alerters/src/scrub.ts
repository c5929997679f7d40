import { MAX_MESSAGE, withoutSecrets } from '@9volt/contracts';
import type { DeliveryOutcome } from './define-alerter.js';
import { oneLine } from './plain-text.js';

/**
 * An outcome whose answer is one capped line without the secrets: answers are kept with the incident, shown and logged, and providers
 * do echo what they were sent.
 */
export function scrubbed<T extends DeliveryOutcome>(outcome: T, secrets: readonly (string | undefined)[]): T {
  return { ...outcome, answer: oneLine(withoutSecrets(outcome.answer, secrets), MAX_MESSAGE) };
}
