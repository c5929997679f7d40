import { describe, expect, it } from '@jest/globals';
import { fitFields, shortened } from './fit-fields.js';

const doubled = (text: string) => text.length * 2;
const lengthOf = (fields: { label: string; value: string }[], measure = (text: string) => text.length) =>
  fields.reduce((sum, { label, value }) => sum + label.length + measure(value), 0);

describe('fitFields', () => {
  const fields = [
    { label: 'Monitor', value: 'web', short: true },
    { label: 'Error', value: 'e'.repeat(2_000) },
    { label: 'Found', value: 'f'.repeat(900) },
  ];

  it('does not change values that fit', () => {
    expect(fitFields(fields, { each: 2_000, total: 6_000 })).toEqual(fields);
  });

  it('cuts each that is too long', () => {
    const [, error, found] = fitFields(fields, { each: 1_024, total: 6_000 });
    expect(error?.value).toMatch(/^e{1023}…$/);
    expect(found?.value).toHaveLength(900);
  });

  it('cuts the longest until all fit, and spares the short ones', () => {
    const fitted = fitFields(fields, { each: 2_000, total: 1_000 });
    expect(lengthOf(fitted)).toBeLessThanOrEqual(1_000);
    expect(lengthOf(fitted)).toBeGreaterThan(700);
    expect(fitted[0]).toEqual(fields[0]);
  });

  it('measures values after escaping', () => {
    const fitted = fitFields(fields, { each: 1_024, total: 1_000 }, doubled);
    expect(lengthOf(fitted, doubled)).toBeLessThanOrEqual(1_000);
  });

  it('ends when nothing more can be cut', () => {
    expect(fitFields(fields, { each: 10, total: 1 })).toHaveLength(3);
  });
});

describe('shortened', () => {
  it.each([
    ['abc', 3],
    ['abcdef', 3],
    ['🔥'.repeat(100), 51],
  ])('%s to %i', (text, limit) => {
    const short = shortened(text, limit);
    expect(short.length).toBeLessThanOrEqual(limit);
    expect(short).not.toMatch(/\p{Surrogate}/u);
    expect(short.endsWith('…')).toBe(text.length > limit);
  });
});
