import { DomainError, type ErrorCode, type FieldError, MAX_FAULTS } from '@9volt/contracts';

/** Collects the faults of several documents, up to the limit of an answer. */
export class Faults {
  private readonly kept: FieldError[] = [];
  private more = 0;
  private code: ErrorCode = 'invalid';

  add(faults: readonly FieldError[], code?: ErrorCode): void {
    const room = Math.max(0, MAX_FAULTS - this.kept.length);
    this.kept.push(...faults.slice(0, room));
    this.more += Math.max(0, faults.length - room);
    if (faults.length > 0 && code !== undefined) this.code = code;
  }

  /** An answer would contain no more of them. */
  get isFull(): boolean {
    return this.kept.length >= MAX_FAULTS;
  }

  throwAny(): void {
    if (this.kept.length > 0) throw DomainError.invalid(this.kept, { code: this.code, more: this.more });
  }
}
