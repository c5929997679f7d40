import { describe, expect, it } from '@jest/globals';
import { SendPermits } from './send-permits.js';

/** Takes permits and keeps them until released; records the order in which it got them. */
function takers(permits: SendPermits) {
  const order: string[] = [];
  const take = (alerter: string, name: string): void => {
    const attempt = (): void => {
      if (permits.take(alerter, attempt)) order.push(name);
    };
    attempt();
  };
  return { order, take };
}

describe('permits', () => {
  it('gives one alerter no more than its share, and others theirs nonetheless', () => {
    const { order, take } = takers(new SendPermits({ perAlerter: 2, total: 10 }));
    for (const name of ['a1', 'a2', 'a3']) take('a', name);
    take('b', 'b1');
    expect(order).toEqual(['a1', 'a2', 'b1']);
  });

  it('serves waiting callers in the order of asking', () => {
    const permits = new SendPermits({ perAlerter: 1, total: 10 });
    const { order, take } = takers(permits);
    for (const name of ['a1', 'a2', 'a3']) take('a', name);
    permits.release('a');
    permits.release('a');
    expect(order).toEqual(['a1', 'a2', 'a3']);
  });

  it('takes turns among alerters when all permits are in use', () => {
    const permits = new SendPermits({ perAlerter: 2, total: 2 });
    const { order, take } = takers(permits);
    for (const name of ['a1', 'a2', 'a3', 'a4']) take('a', name);
    for (const name of ['b1', 'b2']) take('b', name);
    permits.release('a');
    permits.release('a');
    permits.release('a');
    expect(order).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
  });

  it('skips callers that want none any more', () => {
    const permits = new SendPermits({ perAlerter: 1, total: 1 });
    const { order, take } = takers(permits);
    take('a', 'a1');
    expect(permits.take('a', () => undefined)).toBe(false);
    take('a', 'a3');
    permits.release('a');
    expect(order).toEqual(['a1', 'a3']);
  });
});
