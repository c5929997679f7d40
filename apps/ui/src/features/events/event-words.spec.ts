import { expect, it } from '@jest/globals';
import { eventOf } from '../../testing/fixtures.js';
import { sentenceOf, statusAfter } from './event-words.js';

const told = { monitor: 'db', alerter: 'team-slack', message: 'attempt 1 at critical of monitor "db"' };

it.each<[string, Parameters<typeof eventOf>[1]]>([
  ['team-slack was told: db is critical', { type: 'notification-sent', details: { type: 'critical' } }],
  ['team-slack was told: db is ok again', { type: 'notification-sent', details: { type: 'resolve' } }],
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
])('%s', (sentence, over) => expect(sentenceOf(eventOf('1', { ...told, ...over }))).toBe(sentence));

it('tells the status after a change, and nothing of other events', () => {
  expect(statusAfter(eventOf('1', { details: { from: 'ok', to: 'critical' } }))).toBe('critical');
  expect(statusAfter(eventOf('1', { type: 'monitor-assigned', details: { to: 'w1' } }))).toBeUndefined();
  expect(statusAfter(eventOf('1'))).toBeUndefined();
});
