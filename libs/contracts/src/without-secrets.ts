import { MASKED } from './alerter.js';
import type { CheckResult } from './check-result.js';

/** A shorter part of a secret gives nothing away. */
const TELLING = 4;

/**
 * Masks each secret in a text, also in the spelling of a URL or JSON, and also where the text was cut within it: targets and
 * providers do repeat what they get.
 */
export function withoutSecrets(text: string, secrets: readonly (string | undefined)[]): string {
  const forms = secrets
    .filter((secret): secret is string => secret !== undefined && secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // The longest first: a secret may be part of another.
    .sort((a, b) => b.length - a.length);
  const masked = forms.reduce((rest, form) => rest.replaceAll(form, MASKED), text);
  return masked
    .split('…')
    .map((part, index, parts) => (index < parts.length - 1 ? forms.reduce(withoutBeginning, part) : part))
    .join('…');
}

/** A result without secrets in any of its texts. */
export function resultWithoutSecrets(result: CheckResult, secrets: readonly (string | undefined)[]): CheckResult {
  if (secrets.length === 0) return result;
  const { message, expected, found, performance, note, answer } = result;
  return {
    ...result,
    message: withoutSecrets(message, secrets),
    ...(expected === undefined ? {} : { expected: withoutSecrets(expected, secrets) }),
    ...(found === undefined ? {} : { found: withoutSecrets(found, secrets) }),
    ...(note === undefined ? {} : { note: withoutSecrets(note, secrets) }),
    ...(answer === undefined ? {} : { answer: maskedTexts(answer, secrets) }),
    ...(performance === undefined ? {} : { performance: performance.map((value) => maskedTexts(value, secrets)) }),
  };
}

function maskedTexts<T extends object>(value: T, secrets: readonly (string | undefined)[]): T {
  const masked = (part: unknown): unknown => (typeof part === 'string' ? withoutSecrets(part, secrets) : part);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, masked(part)])) as T;
}

function withoutBeginning(part: string, form: string): string {
  for (let length = Math.min(form.length - 1, part.length); length >= TELLING; length -= 1) {
    if (part.endsWith(form.slice(0, length))) return `${part.slice(0, -length)}${MASKED}`;
  }
  return part;
}
