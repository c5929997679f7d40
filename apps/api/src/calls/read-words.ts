import { CallWords, DomainError, isPlainObject, validateSettings } from '@9volt/contracts';

/** What a job says, in the body or in the query of its call. */
export function readWords(query: unknown, body: unknown): CallWords {
  if (body !== undefined && body !== null && !isPlainObject(body)) {
    throw new DomainError('invalid', 'Expected an object with status, message and latency, or no body');
  }
  const validated = validateSettings(CallWords, { ...(isPlainObject(query) ? query : {}), ...(body ?? {}) });
  if (validated.ok) return validated.value;
  const message = validated.errors.map((error) => error.message).join('; ');
  throw new DomainError('invalid', message, { fields: validated.errors });
}
