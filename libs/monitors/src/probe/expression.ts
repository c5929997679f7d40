import { type FieldError, messageOf } from '@9volt/contracts';
import { RE2JS } from 're2js';

/** Regular expressions of operators. RE2 takes linear time whatever they say. */

const EXPECTED = 'a regular expression (RE2, without look-around and back-references)';

/** Compiled ones, the latest last. What is compiled also gets faster with each use. */
const known = new Map<string, RE2JS>();
const MAX_KNOWN = 1_000;

export function compiled(expression: string): RE2JS {
  const pattern = known.get(expression) ?? RE2JS.compile(expression);
  known.delete(expression);
  known.set(expression, pattern);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value as string);
  return pattern;
}

/** Whether the expression matches some part of the text. */
export function matches(expression: string, text: string): boolean {
  return compiled(expression).matcher(text).find();
}

/** The fault of what is no regular expression, at an attribute of this name. */
export function expressionFault(name: string, expression: string | undefined): FieldError[] {
  if (expression === undefined) return [];
  try {
    RE2JS.compile(expression);
    return [];
  } catch (error) {
    return [
      {
        path: `/${name}`,
        value: expression,
        expected: EXPECTED,
        message: `${name}: ${messageOf(error)}; expected ${EXPECTED}`,
      },
    ];
  }
}
