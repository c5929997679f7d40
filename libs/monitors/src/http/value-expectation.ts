import type { Scope } from '@9volt/process';
import { matches } from '../probe/expression.js';
import { compareDecimals } from './decimal.js';

/** The expectation of a value, as an operator writes it: `ok`, `= ok`, `!= down`, `< 100`, `>= 0.5`, `~ ^2\.`. */
export interface ValueExpectation {
  operator: Operator;
  operand: string;
}

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

const OPERATOR = /^\s*(<=|>=|!=|<|>|=|~)/;
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

export function parseExpectation(written: string): ValueExpectation {
  const [head, operator] = OPERATOR.exec(written) ?? [];
  if (head === undefined) return { operator: '=', operand: written };
  return { operator: operator as Operator, operand: written.slice(head.length).trim() };
}

/** Whether it compares the size of something that is not a number. */
export function isNumberless({ operator, operand }: ValueExpectation): boolean {
  return ['<', '<=', '>', '>='].includes(operator) && !NUMBER.test(operand);
}

/**
 * Whether a value of a JSON document is as expected: a text as it is, anything else as JSON writes it. A number is compared both in
 * its written form (`asWritten`) and as a number: `1.0` equals `1.0` and `1`, and the last of many digits counts.
 */
export async function isAsExpected(
  value: unknown,
  { operator, operand }: ValueExpectation,
  scope: Scope,
  asWritten?: string,
): Promise<boolean> {
  const text = asWritten ?? textOf(value);
  const above = NUMBER.test(text) ? compareDecimals(text, operand) : NaN;
  const same = text === operand || textOf(value) === operand || (typeof value === 'number' && above === 0);
  switch (operator) {
    case '=':
      return same;
    case '!=':
      return !same;
    case '<':
      return above < 0;
    case '<=':
      return above <= 0;
    case '>':
      return above > 0;
    case '>=':
      return above >= 0;
    case '~':
      return matches(operand, text, scope);
  }
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
