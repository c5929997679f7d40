import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Schemas } from '../../lib/api-client.js';
import { useLive } from '../../lib/live-context.js';
import type { Live, LiveState } from '../../lib/live-types.js';
import { monitorApi, type StateDetail } from '../monitors/monitor-api.js';

export type Placement = Schemas['Placement'];

/** Results come with the workers' dumps, every 10 s, and are not streamed. */
const POLL_MS = 10_000;

export function useStateDetail(name: string) {
  return useQuery<StateDetail>({
    queryKey: ['state', name],
    queryFn: ({ signal }) => monitorApi.state(name, signal),
    refetchInterval: POLL_MS,
  });
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
