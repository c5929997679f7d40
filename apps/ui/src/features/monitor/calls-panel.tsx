import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Instant } from '../../components/instant.js';
import { Panel } from '../../components/page.js';
import { useTextOfNow } from '../../lib/clock.js';
import { localShort } from '../../lib/format.js';
import { Fold } from '../forms/fold.js';
import type { StateDetail } from '../monitors/monitor-api.js';
import { PushAddress } from '../push/push-address.js';
import { callTimes } from '../push/push-words.js';

/** When the job called, and by when it must call again. */
export function CallsPanel({ detail: { name, calls, results, config } }: { detail: StateDetail }) {
  const queries = useQueryClient();
  const newest = results.at(-1)?.at;
  // A result may come from a call, of which only the details know.
  useEffect(() => void queries.invalidateQueries({ queryKey: ['state', name], exact: true }), [queries, name, newest]);
  const { last, due } = callTimes(calls, (config ?? {}) as { interval?: unknown; grace?: unknown });
  const awaited = useTextOfNow((now) => {
    if (due === undefined) return '.';
    return due < now ? `, one was due by ${localShort(due, now)}.` : `, next due by ${localShort(due, now)}.`;
  });
  return (
    <Panel title="Calls" padded>
      <p>
        {last === undefined ? 'No call yet' : 'Last call '}
        {last === undefined ? null : <Instant at={new Date(last).toISOString()} />}
        {awaited}
      </p>
      <Fold title="Address and how to call it">
        <PushAddress token={undefined} />
      </Fold>
    </Panel>
  );
}
