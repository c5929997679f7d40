import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SubstringSearch } from './substring-search.js';

describe('SubstringSearch', () => {
  it('agrees with a search of the whole, however the stream is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 40 });
    const needle = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, needle, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (whole, wanted, sizes) => {
        const bytes = Buffer.from(whole);
        const search = new SubstringSearch(wanted);
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] as number;
          search.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(search.found).toBe(whole.includes(wanted));
        expect(search.bytes).toBe(bytes.length);
        expect(search.head()).toBe(whole);
      }),
    );
  });

  it('finds an empty text in an empty stream', () => {
    expect(new SubstringSearch('').found).toBe(true);
  });

  it('keeps little of a large stream', () => {
    const search = new SubstringSearch('needle');
    for (let chunk = 0; chunk < 500; chunk += 1) search.push(Buffer.alloc(65_536, 'x'));
    expect(search.found).toBe(false);
    expect(search.head().length).toBe(2_048);
  });
});
