import { type FieldError, fault, messageOf } from '@9volt/contracts';
import { RE2JS } from 're2js';
import type { Scope } from '@9volt/process';
import { excerpt } from './excerpt.js';
import { expressionCost } from './expression-cost.js';
import { fitsTurn } from './loop-turn.js';
import { MatchThread } from './match-thread.js';

/**
 * Regular expressions of operators. RE2 takes linear time for any of them; the size of the program is limited here, before anything
 * is compiled. A match that may take long runs in a thread, which can be ended.
 */

const EXPECTED = 'a regular expression (RE2, without look-around and back-references)';
const MAX_EXPRESSION_LENGTH = 4_096;
/** Limit of all expressions of a monitor: this many are compiled within milliseconds. */
const MAX_COST = 5_000;
/** Limit of the compiled programs at a time: about 15 MB. */
const MAX_KNOWN_COST = 100_000;
/** The cost of a small program beside its instructions. */
const OVERHEAD = 50;

interface Known {
  cost: number;
  program: RE2JS;
}

/** Compiled ones, the latest last. They also get faster with each use. */
const known = new Map<string, Known>();
let knownCost = 0;

/** The thread of this process: there is one, and only once it is needed. */
const thread = new MatchThread();

/** Throws for an invalid expression. Only for expressions in which {@link expressionFaults} found no fault. */
function compiled(expression: string): RE2JS {
  const { cost, program } = take(expression) ?? {
    cost: expressionCost(expression),
    program: RE2JS.compile(expression),
  };
  known.set(expression, { cost, program });
  knownCost += cost + OVERHEAD;
  for (const [oldest] of known) {
    if (knownCost <= MAX_KNOWN_COST) break;
    take(oldest);
  }
  return program;
}

function take(expression: string): Known | undefined {
  const found = known.get(expression);
  if (!found) return undefined;
  known.delete(expression);
  knownCost -= found.cost + OVERHEAD;
  return found;
}

/** Whether the expression matches some part of the text. Rejects with `Unjudged` if that takes too long. */
export async function matches(expression: string, text: string, scope: Scope): Promise<boolean> {
  const [matched] = await matchesOf(expression, [text], scope);
  return matched === true;
}

/** The same of several texts. */
export async function matchesOf(expression: string, texts: readonly string[], scope: Scope): Promise<boolean[]> {
  const cost = known.get(expression)?.cost ?? expressionCost(expression);
  const characters = texts.reduce((sum, { length }) => sum + length + 1, 0);
  if (!fitsTurn(cost * characters)) return thread.match(expression, texts, scope);
  const program = compiled(expression);
  return texts.map((text) => program.matcher(text).find());
}

/** The faults of the expressions of a monitor, each by the path of its attribute. */
export function expressionFaults(
  expressions: readonly (readonly [path: string, expression: string | undefined])[],
): FieldError[] {
  let cost = 0;
  return expressions.flatMap(([path, expression]) => {
    if (expression === undefined) return [];
    if (expression.length > MAX_EXPRESSION_LENGTH) {
      return [fault(path, excerpt(expression, 80), `${EXPECTED} of at most ${MAX_EXPRESSION_LENGTH} characters`)];
    }
    const own = expressionCost(expression);
    cost += own;
    return cost > MAX_COST ? [tooCostly(path, expression, own)] : syntaxFault(path, expression);
  });
}

function tooCostly(path: string, expression: string, own: number): FieldError {
  const alone = own > MAX_COST;
  const expected = alone
    ? `an expression of at most ${MAX_COST} steps: take fewer or smaller repeats such as {0,1000}`
    : `at most ${MAX_COST} steps in all expressions of a monitor`;
  const size = alone ? `is an expression of ${own} steps` : `is one expression too many, with ${own} steps`;
  return { path, value: excerpt(expression, 80), expected, message: `${path.slice(1)}: ${size}; expected ${expected}` };
}

function syntaxFault(path: string, expression: string): FieldError[] {
  try {
    compiled(expression);
    return [];
  } catch (error) {
    return [
      {
        path,
        value: expression,
        expected: EXPECTED,
        message: `${path.slice(1)}: ${excerpt(messageOf(error), 300)}; expected ${EXPECTED}`,
      },
    ];
  }
}
