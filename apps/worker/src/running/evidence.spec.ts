import { describe, expect, test } from '@jest/globals';
import type { CheckResult } from '@9volt/contracts';
import { annotated, isAnswer, unjudged, whyNoEvidence } from './evidence.js';

const failed: CheckResult = { status: 'critical', message: 'timed out after 1s', latencyMs: 1_000 };
const ok: CheckResult = { status: 'ok', message: 'N/A', latencyMs: 900 };

describe('a result is evidence about its target', () => {
  test.each<[string, CheckResult, { elapsedMs: number; heldUpMs: number }]>([
    ['a success, however long the worker stood still', ok, { elapsedMs: 3_000, heldUpMs: 2_900 }],
    ['a failure in an undisturbed run', failed, { elapsedMs: 1_000, heldUpMs: 0 }],
    ['a failure in a run that was held up for a moment', failed, { elapsedMs: 1_000, heldUpMs: 60 }],
    ['a quick failure', failed, { elapsedMs: 12, heldUpMs: 12 }],
  ])('%s', (_what, result, time) => {
    expect(whyNoEvidence(result, time)).toBeUndefined();
  });
});

describe('a result is no evidence about its target', () => {
  test.each<[string, CheckResult, { elapsedMs: number; heldUpMs: number }, string]>([
    [
      'a failure across a standstill',
      failed,
      { elapsedMs: 2_200, heldUpMs: 1_200 },
      'this worker stood still for 1.2s',
    ],
    [
      'a warning about a latency that a standstill made',
      { ...failed, status: 'warning', timed: true },
      { elapsedMs: 60, heldUpMs: 41 },
      'this worker stood still for 40ms',
    ],
    [
      'a failure for want of descriptors',
      { ...failed, status: 'unknown', shortage: 'EMFILE' },
      { elapsedMs: 1, heldUpMs: 0 },
      'this worker ran out of file descriptors (EMFILE)',
    ],
  ])('%s', (_what, result, time, why) => {
    expect(whyNoEvidence(result, time)).toBe(why);
  });
});

test('a failure that the target answered counts if no check was undisturbed; one by time does not', () => {
  expect(isAnswer({ status: 'critical', message: 'status 503', latencyMs: 300 })).toBe(true);
  expect(isAnswer({ ...failed, timed: true })).toBe(false);
  expect(isAnswer({ ...failed, shortage: 'EMFILE' })).toBe(false);
});

test('an unjudged result is unknown, says why, and keeps what was seen', () => {
  expect(unjudged(failed, 'this worker stood still for 1.2s')).toEqual({
    status: 'unknown',
    message: 'this worker stood still for 1.2s',
    latencyMs: 1_000,
    note: 'last result, not counted: timed out after 1s',
    unjudged: true,
  });
});

test('a result that was repeated, or looks slow, says so; others say nothing', () => {
  const noNews = { elapsedMs: 900, heldUpMs: 10 };
  expect(annotated(ok, undefined, noNews)).toBe(ok);
  expect(annotated(ok, 'this worker stood still for 1s', noNews).note).toBe(
    'checked again: this worker stood still for 1s',
  );
  expect(annotated({ ...ok, note: 'odd head' }, undefined, { elapsedMs: 900, heldUpMs: 500 }).note).toBe(
    'odd head; this worker stood still for 500ms during this check',
  );
});
