import { DomainError, type ErrorCode, type FieldError } from '@9volt/contracts';

/** More faults are counted and not told: an answer must not grow with what was sent. */
export const MAX_FAULTS = 100;
const IN_MESSAGE = 3;

/** The refusal of what was sent, with its faults; the first of them stand in the message. `more` were found and not kept. */
export function invalid(faults: readonly FieldError[], code: ErrorCode = 'invalid', more = 0): DomainError {
  const untold = faults.length - IN_MESSAGE + more;
  const message = faults
    .slice(0, IN_MESSAGE)
    .map((fault) => fault.message)
    .join('; ');
  const fields = faults.slice(0, MAX_FAULTS);
  return new DomainError(code, untold > 0 ? `${message} (and ${untold} more)` : message, { fields });
}
