import { describe, expect, test } from '@jest/globals';
import { AWAKE_MS, type Signs, UNANSWERED_MS, whyDetached } from './why-detached.js';

const NOW = 100_000;
const healthy: Signs = {
  now: NOW,
  fresh: true,
  lostAt: undefined,
  awakeSince: Number.NEGATIVE_INFINITY,
  unansweredSince: undefined,
  refusal: undefined,
  otherData: undefined,
};
const why = (signs: Partial<Signs>): string | undefined => whyDetached({ ...healthy, ...signs });

describe('a worker relies on etcd', () => {
  test.each<[string, Partial<Signs>]>([
    ['while all is well', {}],
    ['while a write has no answer yet', { unansweredSince: NOW - UNANSWERED_MS + 1 }],
    ['that has just said that the lease is gone', { fresh: false, lostAt: NOW - 1 }],
    ['right after a pause, though the lease may be over', { fresh: false, awakeSince: NOW - AWAKE_MS + 1 }],
    ['right after a pause, though a write has no answer', { unansweredSince: 0, awakeSince: NOW - 1 }],
  ])('%s', (_when, signs) => {
    expect(why(signs)).toBeUndefined();
  });
});

describe('a worker is detached', () => {
  test.each<[string, Partial<Signs>, string]>([
    ['when its lease was not renewed in time', { fresh: false }, 'lease'],
    ['when it gets no new lease', { fresh: false, lostAt: NOW - UNANSWERED_MS }, 'no new lease'],
    ['when a write has no answer', { unansweredSince: NOW - UNANSWERED_MS }, 'answered'],
    ['when etcd takes no writes', { refusal: 'out of space' }, 'out of space'],
    ['when etcd holds other data', { otherData: 'went back' }, 'went back'],
    ['when nothing was heard for long enough after a pause', { fresh: false, awakeSince: NOW - AWAKE_MS }, 'lease'],
  ])('%s', (_when, signs, reason) => {
    expect(why(signs)).toContain(reason);
  });

  test('a write that was sent before a standstill counts from its end', () => {
    const signs = { unansweredSince: 0, awakeSince: NOW - Math.max(UNANSWERED_MS, AWAKE_MS) };
    expect(why(signs)).toContain('answered');
  });
});
