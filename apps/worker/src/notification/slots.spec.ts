import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

/** Takes slots and keeps them until told to let go; records the order in which they were had. */
function takers(slots: Slots) {
  const order: string[] = [];
  const take = (alerter: string, name: string): void => {
    const attempt = (): void => {
      if (slots.take(alerter, attempt)) order.push(name);
    };
    attempt();
  };
  return { order, take };
}

describe('slots', () => {
  it('gives one alerter no more than its share, and others theirs nonetheless', () => {
    const { order, take } = takers(new Slots({ perAlerter: 2, total: 10 }));
    for (const name of ['a1', 'a2', 'a3']) take('a', name);
    take('b', 'b1');
    expect(order).toEqual(['a1', 'a2', 'b1']);
  });

  it('serves those who wait in the order of asking', () => {
    const slots = new Slots({ perAlerter: 1, total: 10 });
    const { order, take } = takers(slots);
    for (const name of ['a1', 'a2', 'a3']) take('a', name);
    slots.release('a');
    slots.release('a');
    expect(order).toEqual(['a1', 'a2', 'a3']);
  });

  it('takes turns among alerters when all slots are in use', () => {
    const slots = new Slots({ perAlerter: 2, total: 2 });
    const { order, take } = takers(slots);
    for (const name of ['a1', 'a2', 'a3', 'a4']) take('a', name);
    for (const name of ['b1', 'b2']) take('b', name);
    slots.release('a');
    slots.release('a');
    slots.release('a');
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
  });

  it('passes over those who want none any more', () => {
    const slots = new Slots({ perAlerter: 1, total: 1 });
    const { order, take } = takers(slots);
    take('a', 'a1');
    expect(slots.take('a', () => undefined)).toBe(false);
    take('a', 'a3');
    slots.release('a');
    expect(order).toEqual(['a1', 'a3']);
  });
});
