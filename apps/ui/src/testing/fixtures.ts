import type { ClusterEvent, LiveState } from '../lib/live-types.js';

export function stateOf(name: string, over: Partial<LiveState> = {}): LiveState {
  return {
    check: name,
    name,
    type: 'http',
    target: 'http://127.0.0.1/',
    tags: [],
    owner: 'worker-1-x7f3k2',
    ownerName: 'worker-1',
    status: 'ok',
    stored: 'ok',
    reason: null,
    since: '2026-06-01T12:00:00.000Z',
    count: 0,
    message: 'N/A',
    date: null,
    lastRun: null,
    latencyMs: null,
    performance: [],
    nextDue: null,
    incident: null,
    quiet: null,
    origin: null,
    recovering: false,
    ...over,
  };
}

export function eventOf(id: string, over: Partial<ClusterEvent> = {}): ClusterEvent {
  return {
    id,
    type: 'status-changed',
    message: `message of ${id}`,
    timestamp: '2026-06-01T12:00:00.000Z',
    memberid: 'worker-1-x7f3k2',
    ...over,
  };
}
