/**
 * Errors of the domain. A service throws a {@link DomainError} with a code; one filter of the API maps codes to HTTP. Nobody
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

/** One fault of one field: where it is, what stands there, what was expected. */
export interface FieldError {
  /** JSON pointer (RFC 6901) within the document that was validated: `/interval`, `/options/to/0`. */
  path: string;
  /** The offending value; absent when the field is missing. Secrets are never put here. */
  value?: unknown;
  /** What would have been valid, as half a sentence: `a duration such as "10s"`. */
  expected: string;
  /** The whole sentence for a person. */
  message: string;
  /** The nearest valid name, for an unknown attribute, type or alerter. */
  suggestion?: string;
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
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
