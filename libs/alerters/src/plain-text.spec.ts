import { describe, expect, it } from '@jest/globals';
import { cut, lines, oneLine } from './plain-text.js';

describe('cut', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['ab🔥cd', 5, 'ab🔥…'],
    ['abc🔥d', 5, 'abc…'],
    ['🔥🔥🔥', 4, '🔥…'],
  ])('%s to %i', (text, limit, expected) => {
    expect(cut(text, limit)).toBe(expected);
  });
});

describe('lines and oneLine', () => {
  it.each([
    ['a\r\nb\rc\u2028d', 'a\nb\nc\nd', 'a b c d'],
    [' a\u0000b\u001b[1m\u202ec ', 'a b [1m c', 'a b [1m c'],
    ['\ud83d and \udd25', '\ufffd and \ufffd', '\ufffd and \ufffd'],
    ['tab\tstays  in lines', 'tab\tstays  in lines', 'tab stays in lines'],
  ])('%j', (text, several, one) => {
    expect(lines(text, 100)).toBe(several);
    expect(oneLine(text, 100)).toBe(one);
  });
});
