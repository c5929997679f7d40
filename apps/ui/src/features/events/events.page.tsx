import { ownOf } from '@9volt/contracts/by-name';
import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { Action } from '../../components/action.js';
import { Instant } from '../../components/instant.js';
import { Loaded } from '../../components/loaded.js';
import { Page, Panel } from '../../components/page.js';
import { Empty } from '../../components/states.js';
import { api, listOf } from '../../lib/api-client.js';
import { counted } from '../../lib/format.js';
import { useListKeys } from '../../lib/hotkeys.js';
import { useLive } from '../../lib/live-context.js';
import type { ClusterEvent, Live } from '../../lib/live-types.js';
import { alerterPath, monitorPath } from '@9volt/contracts/pages';
import { useUrlState } from '../../lib/url-state.js';
import { useCluster } from '../cluster/cluster-api.js';
import {
  type EventFilter,
  matchesFilter,
  mergedEvents,
  rangeOf,
  readEventFilter,
  writeEventFilter,
} from './event-filter.js';
import { EventFilters } from './event-filters.js';
import { EventIcon } from './event-icon.js';
import { sentenceOf } from '@9volt/contracts/event-words';
import styles from './events.module.css';

const PAGE = 100;
const eventsOf = ({ events }: Live): Live['events'] => events;

export default function EventsPage() {
  const [filter, change] = useUrlState(readEventFilter, writeEventFilter);
  const [paused, setPaused] = useState<readonly ClusterEvent[]>();
  const live = useLive(eventsOf);
  const pause = (
    <Action
      icon={paused ? 'run' : 'pause'}
      aria-pressed={paused !== undefined}
      onClick={() => setPaused(paused ? undefined : (live ?? []))}
    >
      {paused ? 'Resume' : 'Pause'}
    </Action>
  );
  return (
    <Page title="Events" actions={pause}>
      <EventFilters filter={filter} onChange={change} />
      <Events
        key={writeEventFilter(filter).toString()}
        filter={filter}
        live={paused ?? live ?? []}
        waiting={paused ? newer(live, paused) : 0}
      />
    </Page>
  );
}

function newer(live: Live['events'], paused: readonly ClusterEvent[]): number {
  const last = paused[0]?.id ?? '';
  return live?.filter(({ id }) => id > last).length ?? 0;
}

function Events({
  filter,
  live,
  waiting,
}: {
  filter: EventFilter;
  live: readonly ClusterEvent[];
  /** Events that came since the list was paused. */
  waiting: number;
}) {
  const asked = useDeferredValue(filter);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['events', asked],
    queryFn: ({ pageParam, signal }) => {
      const { q, type, member, monitor } = asked;
      const facets = { monitor: monitor === '' ? [] : [monitor], type: [...type], member: [...member] };
      const query = { q, ...facets, ...rangeOf(asked, Date.now()), page: pageParam, limit: PAGE };
      return listOf<ClusterEvent>(api.GET('/api/v1/event', { params: { query }, signal }));
    },
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (last.length < PAGE ? undefined : pages.length + 1),
  });
  const events = useMemo(
    () => mergedEvents(live.filter(matchesFilter(filter)), data?.pages.flat() ?? []),
    [live, filter, data],
  );
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, events.length);
  return (
    <Loaded of={{ data, error, refetch }} what="the events">
      {() => (
        <Panel
          title={waiting > 0 ? `Paused, ${counted(waiting, 'new event')}` : 'Newest first'}
          aside={<span className={styles['calm']}>{counted(events.length, 'event')} shown</span>}
        >
          {events.length === 0 ? (
            <Empty title="No event matches these filters">Events are kept for 24 hours.</Empty>
          ) : (
            <ul ref={list} aria-label="Events, newest first">
              {events.map((event, row) => (
                <EventRow key={event.id} event={event} row={row} />
              ))}
            </ul>
          )}
          {hasNextPage ? (
            <div className={styles['more']}>
              <Button size="xs" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Older
              </Button>
            </div>
          ) : null}
        </Panel>
      )}
    </Loaded>
  );
}

function EventRow({ event, row }: { event: ClusterEvent; row: number }) {
  const { type, timestamp, monitor, alerter, memberid } = event;
  const { data } = useCluster();
  const member = (data && ownOf(data.Members, memberid)?.Name) ?? memberid;
  return (
    <li className={`${styles['event']} ${styles['wide']}`} data-row={row}>
      <EventIcon event={event} />
      <Instant at={timestamp} form="local" />
      <span className={`${styles['cell']} ${styles['kind']}`} aria-hidden="true">
        {type}
      </span>
      <span className={styles['cell']} title={monitor ?? alerter}>
        {monitor !== undefined ? (
          <Link to={monitorPath(monitor)}>{monitor}</Link>
        ) : alerter !== undefined ? (
          <Link to={alerterPath(alerter)}>{alerter}</Link>
        ) : null}
      </span>
      <span className={styles['message']}>{sentenceOf(event)}</span>
      <span className={`${styles['cell']} ${styles['by']}`} title={memberid}>
        {member}
      </span>
    </li>
  );
}
