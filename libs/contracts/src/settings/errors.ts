/**
 * Errors of the domain. A service throws a {@link DomainError} with a code; one filter of the API maps codes to HTTP. Code never
 * matches on a message.
 */

export const ERROR_STATUS = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'precondition-failed': 412,
  'too-large': 413,
  'precondition-required': 428,
  'too-many': 429,
  unavailable: 503,
  timeout: 504,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One fault of one field: where it is, the value, what was expected. */
export interface FieldError {
  /** JSON pointer (RFC 6901) within the validated document: `/interval`, `/options/to/0`. */
  path: string;
  /** The wrong value; absent if the field is missing. Never a secret. */
  value?: unknown;
  /** A valid value, as half a sentence: `a duration such as "10s"`. */
  expected: string;
  /** The whole sentence for a person. */
  message: string;
  /** The nearest valid name, for an unknown attribute, type or alerter. */
  suggestion?: string;
}

/** Further faults are only counted: an answer must not grow with its input. */
export const MAX_FAULTS = 100;
const FAULTS_IN_MESSAGE = 3;

/** All faults in one line. */
export function sentencesOf(faults: readonly Pick<FieldError, 'message'>[]): string {
  return faults.map(({ message }) => message).join('; ');
}

interface Refusal {
  code?: ErrorCode;
  /** The text before the faults in the message. */
  lead?: string;
  /** How many more faults were found and not kept. */
  more?: number;
}

export class DomainError extends Error {
  readonly fields: readonly FieldError[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { fields?: readonly FieldError[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.fields = options.fields ?? [];
  }

  /** The refusal of an input with these faults; its message contains the first of them. */
  static invalid(faults: readonly FieldError[], { code = 'invalid', lead = '', more = 0 }: Refusal = {}): DomainError {
    const omitted = Math.max(0, faults.length - FAULTS_IN_MESSAGE) + more;
    const first = sentencesOf(faults.slice(0, FAULTS_IN_MESSAGE));
    const message = `${lead}${first}${omitted > 0 ? ` (and ${omitted} more)` : ''}`;
    return new DomainError(code, message, { fields: faults.slice(0, MAX_FAULTS) });
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
