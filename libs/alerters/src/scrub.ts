import { MASKED, MAX_MESSAGE } from '@9volt/contracts';
import type { DeliveryOutcome } from './define-alerter.js';
import { oneLine } from './plain-text.js';

/**
 * An outcome whose answer is one capped line without the secrets: answers are kept with the incident, shown and logged, and providers
 * do echo what they were sent.
 */
export function scrubbed<T extends DeliveryOutcome>(outcome: T, secrets: readonly (string | undefined)[]): T {
  return { ...outcome, answer: oneLine(withoutSecrets(outcome.answer, secrets), MAX_MESSAGE) };
}

export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets
    .filter((secret): secret is string => secret !== undefined && secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // The longest first: a secret may be part of another.
    .sort((a, b) => b.length - a.length);
  return forms.reduce((rest, form) => rest.replaceAll(form, MASKED), text);
}
