import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '@9volt/testing';
import { Turns } from './turns.js';

/** Long enough that few fit into a slice. */
function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('callbacks run in the order in which they came, also those that come meanwhile', async () => {
  const turns = new Turns();
  const ran: number[] = [];
  for (let n = 0; n < 3; n++)
    turns.add(() => {
      ran.push(n);
      turns.add(() => ran.push(n + 10));
    });
  expect(ran).toEqual([]);
  await waitFor(() => ran.length === 6);
  expect(ran).toEqual([0, 1, 2, 10, 11, 12]);
  turns.add(() => ran.push(20));
  await waitFor(() => ran.length === 7);
});

test('the event loop gets its turn between them, although each does its work later, in a microtask, and brings the next', async () => {
  const turns = new Turns();
  let ran = 0;
  const bringNext = (): void => {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => {
        busy(2);
        ran++;
        if (ran < 100) turns.add(bringNext);
      });
  };
  for (let n = 0; n < 3; n++) turns.add(bringNext);
  let others = 0;
  while (ran < 100) {
    await nextTurn();
    others++;
  }
  // A slice lasts 8 ms, so each has four of them and a few that were on their way.
  expect(others).toBeGreaterThan(8);
});
