import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expressionCost } from './expression-cost.js';

/** Parts of expressions, joined at random: most combinations compile. */
const atom = fc.oneof(
  fc.constantFrom(
    'a',
    'é',
    '😀',
    '.',
    '^',
    '$',
    '\\b',
    '\\d',
    '\\pL',
    '\\p{Greek}',
    '\\x{263a}',
    '\\.',
    '\\Qa.b\\E',
    '\\012',
  ),
  fc.constantFrom('[a-z]', '[^\\d_]', '[]a]', '[[:alpha:]-]', '[\\pL\\pN]', '(?i)', '[\\]x]', '[^]]', '\\x41', '(?s)'),
);
const operator = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  fc.constantFrom('*', '+', '?', '*?', '{3}', '{0,7}', '{2,}', '{0}', '{1,1}', '{1,20}', '{,3}', '{a}', '|', '||'),
);
const expression = fc.letrec<{ one: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(atom, operator).map((parts) => parts.join('')),
    fc.tuple(tie('one'), tie('one')).map((parts) => parts.join('')),
    fc.tuple(tie('one'), tie('one')).map((parts) => parts.join('|')),
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?P<x>', '(?i:'), tie('one'), operator)
      .map(([open, inner, repeated]) => `${open}${inner})${repeated}`),
  ),
})).one;

describe('the cost of an expression', () => {
  it('is never less than the program that the engine makes of it', () => {
    let compiled = 0;
    fc.assert(
      fc.property(expression, (text) => {
        const cost = expressionCost(text);
        if (cost > 20_000) return;
        let program: RE2JS;
        try {
          program = RE2JS.compile(text);
        } catch {
          return;
        }
        compiled += 1;
        expect({ text, enough: cost >= program.programSize() }).toEqual({ text, enough: true });
      }),
      { numRuns: 3_000 },
    );
    expect(compiled).toBeGreaterThan(500);
  });

  it.each([
    ['', 3],
    ['version \\d+\\.\\d+', 18],
    ['^2\\.', 6],
    ['"(11){60}', 304],
    ['.{0,1000}', 2_003],
    ['max-age=\\d{7,}', 27],
    ['[\\p{L}\\p{N}_ -]{1,50}', 203],
    ['(?i)[a-z0-9]+', 6],
  ])('of %j is about %d', (text, cost) => {
    expect(expressionCost(text)).toBe(cost);
  });

  it.each([
    ['repeats beside one another', '(?:.{0,1000})'.repeat(300)],
    ['repeats within one another', '((a{0,100}){0,100}){0,100}'],
    ['repeats of a long text', `(?:${'a'.repeat(100)}){100}`],
    ['classes of Unicode', '\\pL|'.repeat(400)],
    ['classes of Unicode in a class', `[${'\\pL'.repeat(400)}]`],
    ['folded ranges', `(?i)[${'\\x{100}-\\x{1e000}'.repeat(10)}]`],
    ['folded ranges, written out', `(?i)[${'\u0100-\u{1e000}'.repeat(10)}]`],
    ['a repeat behind a group of flags', `(?i)(?:(?s)${'a'.repeat(50)}){200}`],
    ['a repeat of what stands before flags', `(?:${'a'.repeat(50)})(?i){200}`],
    ['open groups', '(a{100}'.repeat(100)],
    ['a quoted text', `\\Q${'a'.repeat(6_000)}\\E`],
  ])('of %s is too much', (_what, text) => {
    expect(expressionCost(text)).toBeGreaterThan(5_000);
  });
});
