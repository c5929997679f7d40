import { describe, expect, it } from '@jest/globals';
import { sampleAlarm } from '@9volt/alerters/testing';
import { Lane } from './lane.js';
import type { OwedNotification } from '../outbox/outbox-view.js';

function owed(key: string): OwedNotification {
  const entry = { id: key, alerter: 'team', incident: '7.1', alert: sampleAlarm(), createdAt: '' };
  return { key, monitor: 'web', alerter: 'team', entry, createRevision: 1, modRevision: 1 };
}

describe('a lane', () => {
  it('skips removed entries while the view still has them, and forgets them then', () => {
    const [a, b] = [owed('a'), owed('b')];
    const lane = new Lane('web', 'team', () => undefined);
    lane.remove(a);
    expect(lane.left([a, b])).toEqual([b]);
    expect(lane.left([b])).toEqual([b]);
    expect(lane.left([a, b])).toEqual([a, b]);
  });

  it('counts attempts and pauses of the first only', () => {
    const [a, b] = [owed('a'), owed('b')];
    const lane = new Lane('web', 'team', () => undefined);
    Object.assign(lane.head(a), { attempts: 3, notBefore: 99 });
    expect([lane.attempted(a), lane.attempted(b)]).toEqual([true, false]);
    lane.retryNow();
    expect(lane.head(a)).toMatchObject({ attempts: 3, notBefore: 0 });
    expect(lane.head(b)).toMatchObject({ attempts: 0, notBefore: 0 });
  });
});
