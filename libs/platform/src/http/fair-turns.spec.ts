import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { FairTurns } from './fair-turns.js';

test('one request begins with each turn of the loop, and callers come in turn', async () => {
  const turns = new FairTurns();
  const begun: string[] = [];
  const ask = (address: string, name: string): Promise<void> =>
    turns.take(address).then(() => void begun.push(`${address} ${name}`));
  const hostile = Array.from({ length: 1_000 }, (_, n) => ask('attacker', String(n)));
  await Promise.resolve();
  expect(begun).toEqual(['attacker 0']);
  await Promise.all([ask('other', 'a'), ask('third', 'b')]);
  // The first one is ahead by one.
  expect(begun).toEqual(['attacker 0', 'attacker 1', 'other a', 'third b']);
  await Promise.all(hostile);
  expect(begun).toHaveLength(1_002);
  await turn();
  await turn();
  await ask('attacker', 'at once');
  expect(begun.at(-1)).toBe('attacker at once');
});
