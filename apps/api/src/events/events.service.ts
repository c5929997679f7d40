import { type ClusterEvent, EVENT_TYPES } from '@9volt/contracts';
import { isWrittenBy } from '@9volt/contracts/event-words';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import {
  by,
  type Filters,
  instantOf,
  knownWords,
  type Listed,
  namesOf,
  pageOf,
  type RawQuery,
  readListQuery,
  reversedBy,
  searched,
} from '../common/list-query.js';

@Injectable()
export class EventsService {
  constructor(private readonly cache: ClusterCache) {}

  /** Newest first unless sorted otherwise. */
  list(raw: RawQuery): Listed {
    const query = readListQuery<ClusterEvent>(raw, {
      filters: ['type', 'monitor', 'member', 'q', 'since', 'until'],
      sorts: {
        timestamp: by(({ timestamp }) => timestamp),
        type: by(({ type }) => type),
        monitor: by(({ monitor }) => monitor),
        member: by(({ memberid }) => memberid),
      },
      fallback: reversedBy(({ id }) => id),
    });
    const { items, total } = pageOf(this.matching(query.filters), query);
    return { total, body: query.paged ? items : Object.fromEntries(items.map((event) => [event.id, event])) };
  }

  *matching(filters: Filters): Generator<ClusterEvent> {
    const types = knownWords(filters, 'type', EVENT_TYPES);
    const [monitors, members] = ['monitor', 'member'].map((name) => namesOf(filters[name]));
    const since = instantOf(filters, 'since') ?? Number.NEGATIVE_INFINITY;
    const until = instantOf(filters, 'until') ?? Number.POSITIVE_INFINITY;
    for (const event of this.cache.events.newestFirst()) {
      if (types && !types.has(event.type)) continue;
      const at = Date.parse(event.timestamp);
      if (at < since || at > until) continue;
      if (monitors && !monitors.has(event.monitor ?? '')) continue;
      if (members && !isWrittenBy(event, members)) continue;
      if (searched(filters['q'], event.message, event.monitor, event.alerter, event.memberid)) yield event;
    }
  }
}
