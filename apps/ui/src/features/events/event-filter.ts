import { isWrittenBy } from '@9volt/contracts/event-words';
import type { ClusterEvent } from '../../lib/live-types.js';
import { wordsOf } from '../../lib/url-state.js';

export interface EventFilter {
  q: string;
  type: readonly string[];
  member: readonly string[];
  monitor: string;
  /** An instant (RFC 3339), or how long ago: `1h`; empty: all that is kept. */
  since: string;
  /** An instant; empty: now. */
  until: string;
}

/** How long ago an event list may begin. */
export const SPANS_MS: ReadonlyMap<string, number> = new Map([
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
]);

export function readEventFilter(params: URLSearchParams): EventFilter {
  return {
    q: params.get('q') ?? '',
    type: wordsOf(params, 'type'),
    member: wordsOf(params, 'member'),
    monitor: params.get('monitor') ?? '',
    since: timeOf(params.get('since')),
    until: timeOf(params.get('until')),
  };
}

export function writeEventFilter({ q, type, member, monitor, since, until }: EventFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (q !== '') params.set('q', q);
  if (monitor !== '') params.set('monitor', monitor);
  if (since !== '') params.set('since', since);
  if (until !== '') params.set('until', until);
  for (const one of type) params.append('type', one);
  for (const one of member) params.append('member', one);
  return params;
}

function timeOf(text: string | null): string {
  return text !== null && (SPANS_MS.has(text) || !Number.isNaN(Date.parse(text))) ? text : '';
}

/** The range of a filter as the API wants it. */
export function rangeOf(
  { since, until }: Pick<EventFilter, 'since' | 'until'>,
  now: number,
): { since?: string; until?: string } {
  const span = SPANS_MS.get(since);
  const from = span === undefined ? since : new Date(now - span).toISOString();
  return { ...(from === '' ? {} : { since: from }), ...(until === '' ? {} : { until }) };
}

/** Filters like the API, for events of the stream. */
export function matchesFilter(filter: EventFilter, now = Date.now()): (event: ClusterEvent) => boolean {
  const { q, type, member, monitor } = filter;
  const { since, until } = rangeOf(filter, now);
  const [from, to] = [Date.parse(since ?? ''), Date.parse(until ?? '')];
  const text = q.toLowerCase();
  const members = new Set(member);
  return (event) =>
    (type.length === 0 || type.includes(event.type)) &&
    (member.length === 0 || isWrittenBy(event, members)) &&
    (monitor === '' || event.monitor === monitor) &&
    !(Date.parse(event.timestamp) < from) &&
    !(Date.parse(event.timestamp) > to) &&
    [event.message, event.monitor, event.alerter, event.memberid].some((one) => one?.toLowerCase().includes(text));
}

/** One list of several, newest first, each event once: pages overlap if something happens meanwhile. */
export function mergedEvents(...lists: readonly (readonly ClusterEvent[])[]): ClusterEvent[] {
  const byId = new Map(lists.flat().map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
