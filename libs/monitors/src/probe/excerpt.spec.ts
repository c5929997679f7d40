import { describe, expect, it } from '@jest/globals';
import { excerpt } from './excerpt.js';

describe('excerpt', () => {
  it.each([
    ['plain text, 中文 and tabs\tstay\n', 'plain text, 中文 and tabs\tstay\n'],
    ['line\r\nends', 'line\nends'],
    ['a\rb', 'a\\u000db'],
    ['\u001b[2J\u0000\u0007\u009b', '\\u001b[2J\\u0000\\u0007\\u009b'],
    ['a\u202egnp.exe\u2066', 'a\\u202egnp.exe\\u2066'],
    ['\ufeffmark', '\\ufeffmark'],
  ])('makes %j harmless', (text, shown) => {
    expect(excerpt(text)).toBe(shown);
  });

  it('is capped, even if escapes make it longer', () => {
    expect(excerpt('x'.repeat(10_000))).toHaveLength(512);
    expect(excerpt('\u0000'.repeat(10_000), 100)).toHaveLength(100);
  });
});
