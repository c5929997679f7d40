import { describe, expect, it } from '@jest/globals';
import { sampleAlarm, sampleResolve } from '@9volt/alerters/testing';
import { renderAlert } from '@9volt/alerters';
import type { Alert, AlerterSettings, ResolveReason } from '@9volt/contracts';
import type { OwedNotification } from '../../outbox/outbox-view.js';
import { composeGroup, groupOf } from './compose-group.js';

function owed(monitor: string, alert: Alert): OwedNotification {
  const entry = { id: monitor, alerter: 'team', incident: '7.1', alert, createdAt: alert.at };
  return { key: monitor, monitor, alerter: 'team', entry, createRevision: 1, modRevision: 1 };
}
const alarm = (monitor: string, more: Partial<Alert> = {}): OwedNotification =>
  owed(monitor, sampleAlarm({ monitor, ...more }));
const resolve = (monitor: string, reason: ResolveReason = 'recovered'): OwedNotification =>
  owed(monitor, sampleResolve({ monitor, reason }));

describe('a group', () => {
  it.each<[AlerterSettings['group-by'], string]>([
    [undefined, ''],
    ['none', ''],
    ['tag', 'tag shop'],
    ['type', 'type http'],
    ['member-tag', 'member-tag eu'],
  ])('by %s is %j', (by, expected) => {
    const settings = { type: 'slack', options: {}, ...(by === undefined ? {} : { 'group-by': by }) };
    expect(groupOf(settings, sampleAlarm({ memberTag: 'eu' }))).toBe(expected);
  });

  it.each<[AlerterSettings['group-by'], string]>([
    ['tag', 'tag (none)'],
    ['member-tag', 'member-tag (none)'],
  ])('by %s of a monitor without one is %j', (by, expected) => {
    expect(groupOf({ type: 'slack', options: {}, 'group-by': by as 'tag' }, sampleAlarm({ tags: [] }))).toBe(expected);
  });

  it('of one is that alert', () => {
    expect(composeGroup([alarm('web')], 'tag shop')).toEqual(sampleAlarm({ monitor: 'web' }));
  });

  it('counts each monitor once, by its latest notification', () => {
    expect(composeGroup([alarm('web', { type: 'warning' }), alarm('web')], '')).toEqual(
      sampleAlarm({ monitor: 'web' }),
    );
  });

  it('lists the worst first, then what lasts the longest, then what recovered', () => {
    const alert = composeGroup(
      [
        resolve('back'),
        alarm('slow', { type: 'warning' }),
        alarm('new', { since: '2026-03-01T11:00:00.000Z' }),
        alarm('odd', { type: 'unknown' }),
        alarm('old', { since: '2026-03-01T09:00:00.000Z' }),
      ],
      'tag shop',
    );
    expect(alert.type).toBe('critical');
    expect(alert.group).toMatchObject({ by: 'tag shop', alarms: 4, resolves: 1 });
    expect(alert.group?.shown.map(({ monitor }) => monitor)).toEqual(['old', 'new', 'odd', 'slow', 'back']);
  });

  it('names twenty, and how many more there are', () => {
    const storm = Array.from({ length: 332 }, (_, n) => alarm(`web-${String(n).padStart(3, '0')}`));
    const { title, text, severity } = renderAlert(composeGroup(storm, 'tag shop'));
    expect([title, severity]).toEqual([
      'CRITICAL 332 checks fail (tag shop): web-000: status 502, expected 200',
      'critical',
    ]);
    const lines = text.split('\n');
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([
      21,
      expect.stringMatching(/^CRITICAL web-000: .*\(since /),
      'and 312 more',
    ]);
  });

  it('of closings says so, and is no recovery', () => {
    const { title, severity } = renderAlert(composeGroup([resolve('a', 'removed'), resolve('b', 'disabled')], ''));
    expect([title, severity]).toEqual(['CLOSED 2 checks closed', 'closed']);
  });

  it('of recoveries reads as one', () => {
    const { title, severity } = renderAlert(composeGroup([resolve('a'), resolve('b')], ''));
    expect([title, severity]).toEqual(['OK 2 checks recovered', 'ok']);
  });
});
