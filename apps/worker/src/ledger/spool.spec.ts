import { expect, test } from '@jest/globals';
import { sampleAlarm } from '@9volt/alerters/testing';
import type { MonitorState, OutboxEntry } from '@9volt/contracts';
import { byName } from '@9volt/contracts';
import { Spool } from './spool.js';

const incident = { id: '5.1', openedAt: '2026-03-01T10:00:00.000Z', worst: 'critical' as const };
const state = { status: 'critical', incident, incidents: 1, target: 'a', message: 'm', count: 3 } as MonitorState;
const entry: OutboxEntry = {
  ...{ id: 'a', alerter: 'mail', incident: incident.id, createdAt: incident.openedAt },
  alert: sampleAlarm({ monitor: 'web' }),
};

test('a notification that some recipients have goes on to the others, here and after the return', () => {
  const spool = new Spool('web', undefined, ({ id }) => id);
  const owed = { told: byName<'critical'>({ mail: 'critical' }), toldAt: byName<string>(), held: byName<never>() };
  spool.take({ next: state, owed: { ...owed, entries: [entry], current: incident } }, 0);
  const [first] = spool.queue('mail');
  spool.begin(first!);
  spool.noteReached(first!, ['a@example.com']);
  expect(spool.queue('mail').map((one) => one.entry.reached)).toEqual([['a@example.com']]);
  for (const to of ['ourselves', 'another'] as const) {
    const [handed] = spool.handed(to);
    expect(handed?.unanswered).toEqual([{ ...entry, reached: ['a@example.com'] }]);
  }
});

test('a warning about the error budget is no incident: it is not handed back, whoever told it', () => {
  const burn: OutboxEntry = {
    ...{ id: 'b', alerter: 'mail', incident: '5.fast.1', createdAt: incident.openedAt },
    alert: sampleAlarm({ monitor: 'web', burn: 'fast' }),
  };
  const spool = new Spool('web', undefined, ({ id }) => id);
  const owed = { told: byName<'critical'>(), toldAt: byName<string>(), held: byName<never>() };
  spool.take({ next: state, owed: { ...owed, entries: [burn], current: incident } }, 0);
  const [first] = spool.queue('mail');
  spool.begin(first!);
  const handed = (): string[] =>
    (['ourselves', 'another'] as const).flatMap((to) => spool.handed(to).map((one) => one.incident.id));
  expect(handed()).not.toContain('5.fast.1');
  const record = { alerter: 'mail', type: 'critical', at: incident.openedAt, attempts: 1, answer: 'ok' } as const;
  spool.settle(first!, { ...record, outcome: 'delivered' });
  expect(handed()).not.toContain('5.fast.1');
});
