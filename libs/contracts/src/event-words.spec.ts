import { expect, it } from '@jest/globals';
import { sentenceOf, statusAfter } from './event-words.js';

type Event = Parameters<typeof sentenceOf>[0];

function eventOf(over: Partial<Event>): Event {
  return {
    id: '1',
    type: 'status-changed',
    message: 'message of 1',
    timestamp: '2026-06-01T12:00:00.000Z',
    memberid: 'w1',
    ...over,
  };
}

const told = { monitor: 'db', alerter: 'team-slack', message: 'attempt 1 at critical of monitor "db"' };

it.each<[string, Partial<Event>]>([
  ['team-slack was told: db is critical', { type: 'notification-sent', details: { type: 'critical' } }],
  ['team-slack was told: db is ok again', { type: 'notification-sent', details: { type: 'resolve' } }],
  [
    'team-slack was told: the incident of db is closed: the type or target of its monitor was changed',
    { type: 'notification-sent', details: { type: 'resolve', reason: 'changed' } },
  ],
  [
    'team-slack was told: db is ok again',
    { type: 'notification-sent', details: { type: 'resolve', reason: 'recovered' } },
  ],
  [
    'team-slack was told: the error budget of db burns too fast',
    { type: 'notification-sent', details: { type: 'warning', burn: 'slow' } },
  ],
  [
    'team-slack was told: the error budget of db burns no longer too fast',
    { type: 'notification-sent', details: { type: 'resolve', burn: 'slow', reason: 'recovered' } },
  ],
  [
    'team-slack was told: db: acknowledged',
    { type: 'notification-sent', details: { type: 'critical', note: 'acknowledged' } },
  ],
  [
    'team-slack was not told yet, attempt 2: db is warning (ECONNREFUSED)',
    { type: 'notification-failed', details: { type: 'warning', attempts: 2, answer: 'ECONNREFUSED' } },
  ],
  [
    'team-slack was not told yet: db is critical (no such alerter)',
    { type: 'notification-failed', details: { type: 'critical', attempts: 0, answer: 'no such alerter' } },
  ],
  [
    'team-slack may not have been told: db is critical (no answer)',
    { type: 'notification-failed', details: { type: 'critical', attempts: 1, answer: 'no answer', cause: 'unclear' } },
  ],
  [
    'team-slack will not be told: db is critical (401)',
    { type: 'notification-failed', details: { type: 'critical', attempts: 1, answer: '401', dropped: true } },
  ],
  ['attempt 1 at critical of monitor "db"', { type: 'notification-sent' }],
  ['attempt 1 at critical of monitor "db"', { type: 'hold-began', details: { type: 'critical' } }],
])('%s', (sentence, over) => expect(sentenceOf(eventOf({ ...told, ...over }))).toBe(sentence));

it('tells the status after a change, and nothing of other events', () => {
  expect(statusAfter(eventOf({ details: { from: 'ok', to: 'critical' } }))).toBe('critical');
  expect(statusAfter(eventOf({ type: 'monitor-assigned', details: { to: 'w1' } }))).toBeUndefined();
  expect(statusAfter(eventOf({}))).toBeUndefined();
});
