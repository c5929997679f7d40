import { describe, expect, it } from '@jest/globals';
import { DomainError, type FieldError } from './errors.js';

const faults = (count: number): FieldError[] =>
  Array.from({ length: count }, (_, n) => ({ path: `/${n}`, expected: 'a text', message: `fault ${n}` }));

describe('a refusal', () => {
  it.each([
    [1, 'fault 0'],
    [3, 'fault 0; fault 1; fault 2'],
    [4, 'fault 0; fault 1; fault 2 (and 1 more)'],
    [150, 'fault 0; fault 1; fault 2 (and 147 more)'],
  ])('of %i faults says "%s"', (count, message) => {
    const error = DomainError.invalid(faults(count));
    expect([error.code, error.message, error.fields.length]).toEqual(['invalid', message, Math.min(100, count)]);
  });

  it('may have another code, words before the faults, and a count of omitted faults', () => {
    const error = DomainError.invalid(faults(1), { code: 'conflict', lead: 'Stored: ', more: 5 });
    expect([error.code, error.message]).toEqual(['conflict', 'Stored: fault 0 (and 5 more)']);
  });
});
