import { describe, expect, it } from '@jest/globals';
import { blankTexts, blankVariables } from './hide-secrets.js';

describe('what /proc shows', () => {
  it.each([
    ['A=secret\0B=other\0', ['A'], 'A=\0\0\0\0\0\0\0B=other\0'],
    ['AA=1\0A=x=y\0', ['A'], 'AA=1\0A=\0\0\0\0'],
    ['A=secret', ['A'], 'A=\0\0\0\0\0\0'],
    ['A=\0B=b\0', ['A', 'B'], 'A=\0B=\0\0'],
    ['no variable\0A=é\0', ['A'], 'no variable\0A=\0\0\0'],
    ['', ['A'], ''],
  ])('%j without the variables %j', (before, names, after) => {
    const block = Buffer.from(before);
    blankVariables(block, new Set(names));
    expect(block.toString()).toBe(after);
  });

  it('contains none of the texts any more', () => {
    const block = Buffer.from('-a\0first,second\0--x=first\0');
    blankTexts(block, ['first', 'second']);
    expect(block.toString()).toBe('-a\0*****,******\0--x=*****\0');
  });
});
