import { describe, expect, it } from '@jest/globals';
import { CONDITION, conditionOf, holds, numberOf, rangeOf } from './condition.js';

describe('conditions', () => {
  it.each([
    ['< 5', [4.9], [5, 6], '5:'],
    ['<=5', [4, 5], [5.1], '@~:5'],
    ['= 5', [5], [4, 6], '@5:5'],
    [' != 5 ', [4, 6], [5], '5:5'],
    ['> -1.5', [0, -1.4], [-1.5, -2], '~:-1.5'],
    ['>= 1e3', [1_000, 1_001], [999], '@1000:'],
  ])('%s', (written, true_, false_, range) => {
    expect(written).toMatch(CONDITION);
    const condition = conditionOf(written);
    expect(true_.map((value) => holds(condition, value))).toEqual(true_.map(() => true));
    expect(false_.map((value) => holds(condition, value))).toEqual(false_.map(() => false));
    expect(rangeOf(condition)).toBe(range);
  });

  it.each(['5', '=> 5', '> five', '> 5 %', '><5', '> 1e9999', ''])('%j is none', (written) => {
    expect(written).not.toMatch(CONDITION);
  });
});

it.each([
  ['42', 42],
  ['-0.50', -0.5],
  ['+1', 1],
  ['1.', 1],
  ['.5', 0.5],
  ['1.5e+3', 1_500],
  ['12345678901234567890', 12_345_678_901_234_567_890],
  ['', undefined],
  ['0x10', undefined],
  ['Infinity', undefined],
  ['NaN', undefined],
  [' 1', undefined],
  ['1,5', undefined],
])('%j as a number is %j', (text, number) => {
  expect(numberOf(text)).toBe(number);
});
