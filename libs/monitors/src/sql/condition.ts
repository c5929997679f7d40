/** A comparison with a number, as an operator writes it: `> 100`. */
export interface Condition {
  operator: Operator;
  number: number;
}

type Operator = '<' | '<=' | '=' | '!=' | '>' | '>=';

export const CONDITION = /^\s*(<=?|>=?|!?=)\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?)\s*$/i;

export const CONDITION_EXPECTED =
  'a comparison with a number, such as "> 100" or "<= 0.5", with one of <, <=, =, !=, >=, >';

/** The condition in a text that matches {@link CONDITION}. */
export function conditionOf(written: string): Condition {
  const [, operator, number] = CONDITION.exec(written) ?? [];
  return { operator: operator as Operator, number: Number(number) };
}

export function holds({ operator, number }: Condition, value: number): boolean {
  switch (operator) {
    case '<':
      return value < number;
    case '<=':
      return value <= number;
    case '=':
      return value === number;
    case '!=':
      return value !== number;
    case '>':
      return value > number;
    case '>=':
      return value >= number;
  }
}

/** The range outside of which (or inside of which, after `@`) a condition holds: the thresholds of Nagios plugins. */
export function rangeOf({ operator, number }: Condition): string {
  switch (operator) {
    case '<':
      return `${number}:`;
    case '<=':
      return `@~:${number}`;
    case '=':
      return `@${number}:${number}`;
    case '!=':
      return `${number}:${number}`;
    case '>':
      return `~:${number}`;
    case '>=':
      return `@${number}:`;
  }
}

/** A number as a database writes it, if it is the whole text; undefined if not. */
export function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
