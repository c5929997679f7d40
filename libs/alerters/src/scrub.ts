import { MAX_MESSAGE, withoutSecrets } from '@9volt/contracts';
import type { DeliveryOutcome } from './define-alerter.js';
import { oneLine } from './plain-text.js';

/**
 * An outcome with a one-line, capped answer without the secrets: 9volt keeps answers with the incident, shows and logs them, and
 * providers do repeat what they got.
 */
export function scrubbed<T extends DeliveryOutcome>(outcome: T, secrets: readonly (string | undefined)[]): T {
  return { ...outcome, answer: oneLine(withoutSecrets(outcome.answer, secrets), MAX_MESSAGE) };
}
