import type { ClusterEvent } from '../../lib/live-types.js';
import { wordsOf } from '../../lib/url-state.js';

export interface EventFilter {
  q: string;
  type: readonly string[];
  member: readonly string[];
  monitor: string;
}

export function readEventFilter(params: URLSearchParams): EventFilter {
  return {
    q: params.get('q') ?? '',
    type: wordsOf(params, 'type'),
    member: wordsOf(params, 'member'),
    monitor: params.get('monitor') ?? '',
  };
}

export function writeEventFilter({ q, type, member, monitor }: EventFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (q !== '') params.set('q', q);
  if (monitor !== '') params.set('monitor', monitor);
  for (const one of type) params.append('type', one);
  for (const one of member) params.append('member', one);
  return params;
}

/** Filters like the API, for events of the stream. */
export function matchesFilter({ q, type, member, monitor }: EventFilter): (event: ClusterEvent) => boolean {
  const text = q.toLowerCase();
  return (event) =>
    (type.length === 0 || type.includes(event.type)) &&
    (member.length === 0 || member.includes(event.memberid)) &&
    (monitor === '' || event.monitor === monitor) &&
    [event.message, event.monitor, event.alerter, event.memberid].some((one) => one?.toLowerCase().includes(text));
}

/** One list of several, newest first, each event once: pages overlap if something happens meanwhile. */
export function mergedEvents(...lists: readonly (readonly ClusterEvent[])[]): ClusterEvent[] {
  const byId = new Map(lists.flat().map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
