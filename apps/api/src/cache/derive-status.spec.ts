import type { DerivedStatus, Status } from '@9volt/contracts';
import { describe, expect, it, test } from '@jest/globals';
import { bySeverity, deriveStatus, type StatusFacts } from './derive-status.js';

const NOW = 1_000_000_000;
const healthy: StatusFacts = {
  quarantined: false,
  disabled: false,
  maintenance: false,
  runnable: true,
  stored: 'ok',
  unjudged: false,
  lastResultAt: NOW - 5_000,
  ownerHeardAt: NOW - 5_000,
  intervalMs: 10_000,
  dumpIntervalMs: 10_000,
};

describe('the status that is shown', () => {
  test.each<[string, Partial<StatusFacts>, string]>([
    ['what is stored', {}, 'ok'],
    ['what is stored, also when bad', { stored: 'critical' }, 'critical'],
    ['what is invalid, before all else', { quarantined: true, disabled: true, runnable: false }, 'quarantined'],
    ['what is switched off, before what nobody may run', { disabled: true, runnable: false }, 'disabled'],
    ['what nobody may run, before what is stored', { runnable: false }, 'orphaned'],
    ['what never ran', { stored: undefined, lastResultAt: undefined }, 'pending'],
    ['three periods of silence are borne', { lastResultAt: NOW - 30_000 }, 'ok'],
    ['more are not', { lastResultAt: NOW - 30_001 }, 'stale'],
    ['nor is a failure believed then', { stored: 'critical', lastResultAt: NOW - 30_001 }, 'stale'],
    ['a long interval is given its time', { intervalMs: 3_600_000, lastResultAt: NOW - 3 * 3_600_000 }, 'ok'],
    ['a short interval waits for the dump', { intervalMs: 1, lastResultAt: NOW - 29_000 }, 'ok'],
    ['what the worker could not judge', { unjudged: true }, 'unknown'],
    ['an incident, although the worker could not judge since', { stored: 'critical', unjudged: true }, 'critical'],
    ['a worker that is silent', { intervalMs: 3_600_000, ownerHeardAt: NOW - 30_001 }, 'stale'],
    ['nothing known of the last result', { lastResultAt: undefined }, 'ok'],
    ['nobody to be heard of', { ownerHeardAt: undefined }, 'ok'],
  ])('%s', (_what, facts, expected) => {
    expect(deriveStatus({ ...healthy, ...facts }, NOW)).toBe(expected);
  });
});

it('what was critical and is not watched any more comes right after what is critical', () => {
  const judged = (status: DerivedStatus, stored?: Status) => ({
    status,
    view: stored ? { state: { status: stored } } : {},
  });
  const sorted = [
    judged('ok', 'ok'),
    judged('stale', 'ok'),
    judged('warning', 'warning'),
    judged('orphaned', 'critical'),
    judged('disabled', 'critical'),
    judged('unknown', 'unknown'),
    judged('critical', 'critical'),
    judged('orphaned'),
  ].sort(bySeverity);
  expect(sorted.map(({ status }) => status)).toEqual([
    'critical',
    'orphaned',
    'unknown',
    'warning',
    'orphaned',
    'stale',
    'ok',
    'disabled',
  ]);
});
