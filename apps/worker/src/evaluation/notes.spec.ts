import { describe, expect, it } from '@jest/globals';
import type { Acknowledgement, AlarmStatus, MonitorState, NotedAcknowledgement, OpenIncident } from '@9volt/contracts';
import type { AlertFacts } from './alert-of.js';
import { notesOf } from './notes.js';

const iso = (seconds: number): string => new Date(Date.UTC(2026, 10, 28, 10, 0, seconds)).toISOString();
const open: OpenIncident = { id: '5.1', openedAt: iso(0), worst: 'critical' };
const ack: Acknowledgement = { incident: '5.1', status: 'critical', at: iso(10), author: 'ann', comment: 'disk' };
const noted = (alerters: string[], more: Partial<NotedAcknowledgement> = {}): NotedAcknowledgement => ({
  ...{ at: ack.at, author: 'ann', alerters },
  ...more,
});

interface Case {
  acknowledgement?: Acknowledgement | undefined;
  before?: NotedAcknowledgement | undefined;
  told?: Record<string, AlarmStatus>;
  status?: AlarmStatus;
  incident?: string;
  now?: number;
  detached?: boolean;
}

/** The notes, as `alerter kind`, and the alerters that have one then. */
function told({
  before,
  incident = '5.1',
  status = 'critical',
  now = 20,
  ...rest
}: Case): [string[], string[] | undefined] {
  const { acknowledgement, told = { chat: 'critical', pager: 'critical', mail: 'critical' }, detached } = rest;
  const stored = { incident: { ...open, id: incident }, acknowledged: before } as MonitorState;
  const next = { status, incident: open, message: 'no answer', count: 3 } as MonitorState;
  // As Slack, PagerDuty and e-mail.
  const takes = (alerter: string, kind: string): boolean =>
    alerter === 'chat' || (alerter === 'pager' && kind === 'acknowledged');
  const facts = {
    ...{ prefix: '9volt', monitor: 'web', settings: { type: 'http' }, target: '', worker: 'w1', newId: () => '1' },
    now: Date.parse(iso(now)),
    notes: detached ? undefined : { acknowledgement, takes },
  } as unknown as AlertFacts;
  const { entries, acknowledged } = notesOf(stored, next, open, told, facts);
  return [entries.map(({ alerter, alert }) => `${alerter} ${alert.note?.kind} ${alert.type}`), acknowledged?.alerters];
}

describe('notes about an acknowledgement', () => {
  it.each<[string, Case, string[], string[] | undefined]>([
    ['none without one', {}, [], undefined],
    [
      'to all that have a place for it',
      { acknowledgement: ack },
      ['chat acknowledged critical', 'pager acknowledged critical'],
      ['chat', 'pager'],
    ],
    ['once', { acknowledgement: ack, before: noted(['chat', 'pager']) }, [], ['chat', 'pager']],
    [
      'to one that was notified later',
      { acknowledgement: ack, before: noted(['pager']) },
      ['chat acknowledged critical'],
      ['pager', 'chat'],
    ],
    ['to nobody that was not notified', { acknowledgement: ack, told: { mail: 'critical' } }, [], undefined],
    [
      'again after another acknowledgement',
      { acknowledgement: { ...ack, at: iso(15) }, before: noted(['chat', 'pager']) },
      ['chat acknowledged critical', 'pager acknowledged critical'],
      ['chat', 'pager'],
    ],
    ['not of another incident', { acknowledgement: { ...ack, incident: '5.2' } }, [], undefined],
    ['not of a milder status than the present one', { acknowledgement: { ...ack, status: 'warning' } }, [], undefined],
    [
      'nothing when it becomes worse, since the alarm says that',
      { acknowledgement: { ...ack, status: 'warning' }, before: noted(['chat']) },
      [],
      ['chat'],
    ],
    [
      'of its removal where that is possible',
      { before: noted(['chat', 'pager']) },
      ['chat unacknowledged critical'],
      undefined,
    ],
    [
      'of its expiry',
      { acknowledgement: { ...ack, until: iso(20) }, before: noted(['chat'], { until: iso(20) }) },
      ['chat unacknowledged critical'],
      undefined,
    ],
    ['not of the removal of one of an earlier incident', { before: noted(['chat']), incident: '5.0' }, [], undefined],
    ['none without etcd, and what was sent counts', { before: noted(['chat']), detached: true }, [], ['chat']],
    [
      'as critical as the alerter knows',
      { acknowledgement: ack, told: { chat: 'warning' } },
      ['chat acknowledged warning'],
      ['chat'],
    ],
  ])('%s', (_what, one, entries, alerters) => expect(told(one)).toEqual([entries, alerters]));
});
