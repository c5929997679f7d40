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
