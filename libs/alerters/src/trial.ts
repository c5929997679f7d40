import { isPlainObject, ownOf } from '@9volt/contracts';
import type { DeliveryOutcome } from './define-alerter.js';
import type { HttpAnswer } from './http-delivery.js';
import { jsonObject } from './json-object.js';

/** Content types of providers' answers. */
const PROVIDERS_TYPES = /^(?:text\/plain|application\/(?:[\w.+-]+\+)?json)$/;
/** A word such as Slack's `no_service`. */
const CODE = /^[a-z][a-z0-9_]{0,39}$/;
/** Fields in which providers describe an error. */
const ERROR_FIELDS = ['status', 'error', 'message', 'description', 'errors', 'detail'];
const MAX_WORDS = 200;

/**
 * The answer of a test, for a person who may write an alerter but must not read the answers of arbitrary servers nearby. It shows
 * the body only if it was taken for a delivery and has a provider's content type. Of other bodies it shows a code or the usual
 * fields of an error.
 */
export function withoutForeignBody(outcome: DeliveryOutcome, { body, type }: HttpAnswer): DeliveryOutcome {
  const shown = outcome.outcome === 'delivered' && PROVIDERS_TYPES.test(type);
  if (shown || body === '' || CODE.test(body.trim()) || !outcome.answer.includes(body)) return outcome;
  const left =
    errorOf(body) ?? `a body of ${Buffer.byteLength(body)} bytes (${type || 'without a type'}), not shown in a test`;
  return { ...outcome, answer: outcome.answer.replace(body, () => left) };
}

function errorOf(body: string): string | undefined {
  const said = jsonObject(body);
  const found = ERROR_FIELDS.flatMap((field) => wordsIn(said && ownOf(said, field)));
  return found.length === 0 ? undefined : found.join(': ');
}

function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value.slice(0, MAX_WORDS)];
  if (Array.isArray(value)) return value.slice(0, 3).flatMap((each) => (typeof each === 'string' ? wordsIn(each) : []));
  return isPlainObject(value) ? wordsIn(value['message']) : [];
}
