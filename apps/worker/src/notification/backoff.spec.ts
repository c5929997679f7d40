import { describe, expect, it } from '@jest/globals';
import { backoffMs, isFailureReported, pauseAfter } from './backoff.js';

describe('backoff', () => {
  it.each([
    [1, 1_000, 1_000],
    [2, 1_000, 2_000],
    [4, 4_000, 8_000],
    [6, 16_000, 32_000],
    [7, 22_500, 45_000],
    [1_000_000, 22_500, 45_000],
  ])('after %i attempts waits from %i to %i ms', (attempts, least, most) => {
    expect(backoffMs(attempts, 0)).toBe(least);
    expect(backoffMs(attempts, 1)).toBe(most);
  });

  it('pauses only the notification if the provider does not say how long', () => {
    expect(pauseAfter({ outcome: 'retryable', answer: 'HTTP 500' }, 2, { now: 10_000 }, 1)).toEqual({
      notBefore: 12_000,
    });
  });

  it.each([
    ['as long as asked for', 30_000, 30_000],
    ['a second at least', 0, 1_000],
    ['10 minutes at most', 86_400_000, 600_000],
  ])('pauses the alerter: %s', (_case, retryAfterMs, waits) => {
    const outcome = { outcome: 'retryable', answer: 'HTTP 429', retryAfterMs } as const;
    expect(pauseAfter(outcome, 9, { now: 5 }, 0)).toEqual({ notBefore: 5 + waits, alerterNotBefore: 5 + waits });
    expect(pauseAfter(outcome, 9, { now: 5 }, 1).notBefore).toBeGreaterThan(5 + waits);
  });

  it('counts a wait without an answer as a pause', () => {
    const outcome = { outcome: 'retryable', answer: 'no answer', cause: 'unclear' } as const;
    expect(pauseAfter(outcome, 9, { now: 100_000, startedAt: 70_000 }, 1)).toEqual({ notBefore: 115_000 });
    expect(pauseAfter(outcome, 9, { now: 100_000, startedAt: 10_000 }, 1)).toEqual({ notBefore: 101_000 });
  });

  it('pauses the whole alerter while somebody has to correct it', () => {
    const outcome = { outcome: 'retryable', answer: 'HTTP 401', cause: 'alerter' } as const;
    expect(pauseAfter(outcome, 2, { now: 10_000 }, 1)).toEqual({ notBefore: 12_000, alerterNotBefore: 12_000 });
  });

  it('reports the first failed attempt and every tenth', () => {
    const told = Array.from({ length: 31 }, (_, index) => index + 1).filter(isFailureReported);
    expect(told).toEqual([1, 10, 20, 30]);
  });
});
