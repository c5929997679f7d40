import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batches, bytesOf } from './batch.js';
import { type Compare, type FencedWrite, MAX_TXN_BYTES, MAX_TXN_OPS } from './etcd.client.js';

const fence: Compare[] = [{ key: 'leader', target: 'create', value: 7 }];
const writes = (ops: number, compares: number, bytes: number, name: string): FencedWrite => ({
  compare: Array.from({ length: compares }, (_, n) => ({ key: `${name}/${n}`, target: 'mod', value: n })),
  then: Array.from({ length: ops }, (_, n) => ({ put: `${name}/${n}`, value: 'x'.repeat(bytes) })),
});
const itself = (write: FencedWrite): FencedWrite => write;

describe('batches', () => {
  it('keep the order, omit nothing, and stay within every limit of etcd', () => {
    const some = fc.array(fc.tuple(fc.nat(40), fc.nat(40), fc.nat(20_000)), { maxLength: 30 });
    fc.assert(
      fc.property(some, (sizes) => {
        const all = sizes.map(([ops, compares, bytes], n) => writes(ops, compares, bytes, `k${n}`));
        const made = [...batches(all, itself, { fence })];
        expect(made.flatMap(({ items }) => items)).toEqual(all);
        for (const { items, compare, then } of made) {
          expect(compare.slice(0, 1)).toEqual(fence);
          expect(compare.length).toBeLessThanOrEqual(MAX_TXN_OPS);
          expect(then.length).toBeLessThanOrEqual(MAX_TXN_OPS);
          if (items.length > 1) expect(bytesOf({ compare, then })).toBeLessThanOrEqual(MAX_TXN_BYTES + 1_000);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('compare a key once if several items compare it alike', () => {
    const member: Compare = { key: 'member', target: 'create', is: '>', value: 0 };
    const all = Array.from({ length: 200 }, (_, n) => ({ compare: [member], then: [{ delete: `k${n}` }] }));
    const made = [...batches(all, itself, { fence: [...fence, ...fence] })];
    expect(made.map(({ items }) => items.length)).toEqual([128, 72]);
    expect(made[0]?.compare).toEqual([...fence, member]);
  });

  it('contain as many items as wanted, or a single one that is too large', () => {
    const large = writes(1, 0, 2_000_000, 'large');
    const made = [...batches([writes(1, 0, 1, 'a'), large, writes(1, 0, 1, 'b')], itself)];
    expect(made.map(({ items }) => items.length)).toEqual([1, 1, 1]);
    const four = Array.from({ length: 4 }, (_, n) => writes(1, 1, 1, `k${n}`));
    expect([...batches(four, itself, { items: 3 })].map(({ items }) => items.length)).toEqual([3, 1]);
    expect([...batches(four, itself, { bytes: 150 })].length).toBe(2);
    expect([...batches([], itself)]).toEqual([]);
  });
});
