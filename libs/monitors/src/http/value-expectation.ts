import { matches } from '../probe/expression.js';

/** What a value must be, as an operator writes it: `ok`, `= ok`, `!= down`, `< 100`, `>= 0.5`, `~ ^2\.`. */
export interface ValueExpectation {
  operator: Operator;
  operand: string;
}

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~';

const OPERATION = /^\s*(<=|>=|!=|<|>|=|~)\s*(.*?)\s*$/s;
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

export function parseExpectation(written: string): ValueExpectation {
  const [, operator = '=', operand = written] = OPERATION.exec(written) ?? [];
  return { operator: operator as Operator, operand };
}

/** Whether it compares by size with what is no number. */
export function isNumberless({ operator, operand }: ValueExpectation): boolean {
  return ['<', '<=', '>', '>='].includes(operator) && !NUMBER.test(operand);
}

/** Whether a value of a JSON document is as expected: a text as it stands, anything else as JSON writes it. */
export function isAsExpected(value: unknown, { operator, operand }: ValueExpectation): boolean {
  const text = textOf(value);
  const number = NUMBER.test(text) ? Number(text) : NaN;
  switch (operator) {
    case '=':
      return text === operand;
    case '!=':
      return text !== operand;
    case '<':
      return number < Number(operand);
    case '<=':
      return number <= Number(operand);
    case '>':
      return number > Number(operand);
    case '>=':
      return number >= Number(operand);
    case '~':
      return matches(operand, text);
  }
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
