import { expect, test } from '@jest/globals';
import { type MonitorState, NO_MESSAGE, type Status } from '@9volt/contracts';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { reportChange } from './report-change.js';

const inState = (status: Status, message: string): MonitorState =>
  ({ status, message, count: 0, incident: null }) as unknown as MonitorState;

function said(before: MonitorState, after: MonitorState): string[] {
  const messages: string[] = [];
  reportChange({ emit: (_, message) => messages.push(message) }, { name: 'web' } as OwnedMonitor, before, after);
  return messages;
}

test('a change of status is a sentence with the reason, if there is one', () => {
  const ok = inState('ok', NO_MESSAGE);
  const critical = inState('critical', 'status 500, expected 200');
  expect(said(ok, critical)).toEqual(['web is critical: status 500, expected 200']);
  expect(said(critical, ok)).toEqual(['web is ok']);
  expect(said(critical, inState('ok', 'disk 40 % full'))).toEqual(['web is ok: disk 40 % full']);
  expect(said(ok, ok)).toEqual([]);
});

test('an error budget that burns, another time, or no longer', () => {
  const burning = (id: string): MonitorState => ({
    ...inState('ok', NO_MESSAGE),
    burning: { fast: { id, since: '2026-06-01T11:00:00.000Z', message: 'It burns.', told: {} } },
  });
  const ok = inState('ok', NO_MESSAGE);
  const ended = 'the error budget of web burns no longer too fast (fast)';
  expect(said(ok, burning('7.fast.1'))).toEqual(['web: It burns.']);
  expect(said(burning('7.fast.1'), burning('7.fast.1'))).toEqual([]);
  expect(said(burning('7.fast.1'), burning('7.fast.2'))).toEqual([ended, 'web: It burns.']);
  expect(said(burning('7.fast.1'), ok)).toEqual([ended]);
});
