import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, type Schemas } from '../../lib/api-client.js';
import { useLive, useStore } from '../../lib/live-context.js';
import type { Live, LiveState, ResultChange } from '../../lib/live-types.js';
import { monitorApi, type StateDetail } from '../monitors/monitor-api.js';

export type Placement = Schemas['Placement'];

/** All results come with the workers' dumps, every 10 s; the stream has the newest while the page is open. */
const POLL_MS = 10_000;
/** A look ends after some seconds. */
const LOOK_EVERY_MS = 4_000;
const MAX_STREAMED = 100;

export function useStateDetail(name: string) {
  useLook(name);
  const streamed = useStreamedResults(name);
  return useQuery({
    queryKey: ['state', name],
    queryFn: ({ signal }) => monitorApi.state(name, signal),
    refetchInterval: POLL_MS,
    select: useCallback((detail: StateDetail) => withStreamed(detail, streamed), [streamed]),
  });
}

/** As long as the page can be seen, the owner of the monitor sends its results at once. */
function useLook(name: string): void {
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState !== 'visible') return;
      monitorApi.look(name).catch((error: unknown) => {
        // An older API does not know it. All other errors show elsewhere on the page.
        if (error instanceof ApiError && error.status < 429) clearInterval(timer);
      });
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [name]);
}

function useStreamedResults(name: string): readonly ResultChange[] {
  const store = useStore();
  const [streamed, setStreamed] = useState<readonly ResultChange[]>([]);
  useEffect(() => {
    const stop = store.observe(({ results = [] }) => {
      const own = results.filter((result) => result.name === name);
      if (own.length > 0) setStreamed((known) => [...known, ...own].slice(-MAX_STREAMED));
    });
    return () => {
      stop();
      setStreamed([]);
    };
  }, [name, store]);
  return streamed;
}

/** The details with the streamed results that are newer. */
function withStreamed(detail: StateDetail, streamed: readonly ResultChange[]): StateDetail {
  const known = detail.results.at(-1)?.at ?? '';
  const newer = streamed.filter(({ result }) => result.at > known);
  const last = newer.at(-1);
  if (!last) return detail;
  return {
    ...detail,
    results: [...detail.results, ...newer.map(({ result }) => result)],
    nextDue: last.nextDue,
    count: last.count,
    performance: last.result.performance ?? [],
  };
}

export function usePlacement(name: string) {
  return useQuery({
    queryKey: ['state', name, 'why'],
    queryFn: ({ signal }) => monitorApi.why(name, signal),
  });
}

/** The streamed state, at once. */
export function useLiveState(name: string): LiveState | undefined {
  return useLive(useCallback(({ states }: Live) => states?.get(name), [name]));
}
