import { describe, expect, it } from '@jest/globals';
import { sampleAlarm, sampleResolve } from '@9volt/alerters/testing';
import type { OwedNotification } from '../outbox/outbox-view.js';
import { isOver, planDelivery, type Situation } from './plan-delivery.js';

function owed(id: string, alert = sampleAlarm()): OwedNotification {
  const entry = { id, alerter: 'team', incident: '7.1', alert, createdAt: '2026-03-01T10:00:00.000Z' };
  return { key: id, monitor: 'web', alerter: 'team', entry, createRevision: 1, modRevision: 1 };
}

const alarm = owed('a');
const resolve = owed('b', sampleResolve());
const settings = { type: 'slack', options: {} };

function situation(more: Partial<Situation> = {}): Situation {
  return {
    queue: [alarm, resolve],
    permitted: true,
    grouped: false,
    alerter: { state: 'ready', settings },
    notBefore: 0,
    alerterNotBefore: 0,
    mayCancel: false,
    standing: 'owed',
    now: 1_000,
    goneMs: 600_000,
    ...more,
  };
}

describe('the next step of a queue', () => {
  it('sends the first', () => {
    expect(planDelivery(situation())).toEqual({ do: 'send', owed: alarm, settings });
  });

  it('leaves all of it to the owner of the group if its alerter groups', () => {
    const grouped = { grouped: true, mayCancel: true };
    expect(planDelivery(situation(grouped))).toEqual({ do: 'wait' });
    // The owner of the monitor knows its state.
    expect(planDelivery(situation({ ...grouped, standing: 'over' }))).toEqual({ do: 'withdraw', owed: alarm });
  });

  it('withdraws an outdated alarm, and waits as long as that is unknown', () => {
    expect(planDelivery(situation({ standing: 'over' }))).toEqual({ do: 'withdraw', owed: alarm });
    expect(planDelivery(situation({ standing: 'unknown' }))).toEqual({ do: 'wait', until: 1_250 });
    expect(planDelivery(situation({ standing: 'over', permitted: false }))).toEqual({ do: 'wait' });
  });

  it.each([
    ['its incident is open', [alarm], '7.1', false],
    ['its incident is over, and its resolve waits behind', [alarm, resolve], undefined, false],
    ['its incident is over, and no resolve waits', [alarm], undefined, true],
    ['another incident is open', [alarm], '7.2', true],
    ['its incident is one of a later or an earlier monitor of that name', [alarm], '9.2', false],
    ['it is a resolve', [resolve], undefined, false],
    ['there is none', [], undefined, false],
  ] as const)('an alarm is out of date or not: %s', (_when, queue, open, over) => {
    const incident = open === undefined ? null : { id: open, openedAt: '', worst: 'critical' as const };
    const createRevision = Number(open?.split('.')[0] ?? 7);
    expect(isOver(queue, { incident, incidents: 2, createRevision })).toBe(over);
  });

  it('an alarm is not outdated as long as nothing is known about its incident', () => {
    expect(isOver([alarm], undefined)).toBe(false);
    expect(isOver([alarm], { incident: null, incidents: 0, createRevision: 7 })).toBe(false);
  });

  it('forgets an empty one, also of a monitor that is not ours', () => {
    expect(planDelivery(situation({ queue: [], permitted: false }))).toEqual({ do: 'forget' });
  });

  it('does nothing at all if this worker may not', () => {
    const absent = { state: 'absent', since: -1e9 } as const;
    expect(planDelivery(situation({ permitted: false, mayCancel: true, alerter: absent }))).toEqual({ do: 'wait' });
  });

  it('looks for entries that cancel out before it waits or sends', () => {
    expect(planDelivery(situation({ mayCancel: true, notBefore: 9_999 }))).toEqual({ do: 'cancel' });
  });

  it.each([
    [{ notBefore: 1_001 }, 1_001],
    [{ alerterNotBefore: 5_000 }, 5_000],
    [{ notBefore: 7_000, alerterNotBefore: 5_000 }, 7_000],
  ])('waits for the pauses %j of the notification and of its alerter', (pauses, until) => {
    expect(planDelivery(situation(pauses))).toEqual({ do: 'wait', until });
    expect(planDelivery(situation({ ...pauses, now: until }))).toMatchObject({ do: 'send' });
  });

  it('waits 10 minutes for an alerter that is gone, then drops its notifications', () => {
    const gone = { alerter: { state: 'absent', since: 1_000 } } as const;
    expect(planDelivery(situation(gone))).toEqual({ do: 'wait', until: 3_000 });
    const told = planDelivery(situation({ ...gone, now: 3_000 }));
    expect(told).toMatchObject({ do: 'wait', until: 601_000, fault: { owed: alarm } });
    expect(planDelivery(situation({ ...gone, now: 601_000 }))).toMatchObject({ do: 'drop', owed: alarm });
  });

  it('waits without end for an invalid alerter, and until alerters are listed', () => {
    const invalid = { state: 'invalid', message: 'token: missing' } as const;
    const step = planDelivery(situation({ alerter: invalid, now: 1e12 }));
    expect(step).toMatchObject({ do: 'wait', fault: { message: expect.stringContaining('token: missing') } });
    expect(step).not.toHaveProperty('until');
    expect(planDelivery(situation({ alerter: { state: 'unlisted' } }))).toEqual({ do: 'wait' });
  });
});
