import { useQuery } from '@tanstack/react-query';
import { apiPath, queryString, request, requestJson, type Schemas } from '../../lib/api-client.js';
import type { ClusterEvent } from '../../lib/live-types.js';
import type { Json } from '../forms/attributes.js';
import type { Stored } from '../forms/config-editor.js';

export type Delivery = Schemas['Delivery'];

/** In a list: with its name. */
export interface NamedAlerter {
  name: string;
  type: string;
  description?: string;
}

async function stored(answer: ReturnType<typeof request>): Promise<Stored> {
  const response = await answer;
  return { config: (await response.json()) as Json, etag: response.headers.get('ETag') ?? undefined };
}

export const alerterApi = {
  get: (name: string) => stored(request(apiPath('alerter', name))),
  put: (name: string, config: Json, etag: string | undefined) =>
    stored(
      request(apiPath('alerter', name), {
        method: 'PUT',
        body: config,
        headers: etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag },
      }),
    ),
  remove: (name: string) => request(apiPath('alerter', name), { method: 'DELETE' }),
  testStored: (name: string) => requestJson<Delivery>(apiPath('alerter', name, 'test'), { method: 'POST' }),
  test: (trial: { config: Json; name?: string }) =>
    requestJson<Delivery>(apiPath('alerter', 'test'), { method: 'POST', body: trial }),
};

export function useAlerters() {
  return useQuery({
    queryKey: ['alerters'],
    queryFn: ({ signal }) => requestJson<NamedAlerter[]>('/api/v1/alerter?sort=name', { signal }),
  });
}

/** Names of the monitors that name each alerter. All configurations have to be read for it: not often. */
export function useUses() {
  return useQuery({
    queryKey: ['uses'],
    queryFn: async ({ signal }) =>
      usesOf(await requestJson<(Json & { name: string })[]>('/api/v1/monitor?sort=name', { signal })),
    staleTime: 60_000,
  });
}

export function usesOf(monitors: readonly (Json & { name: string })[]): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, Set<string>>();
  for (const monitor of monitors) {
    for (const alerter of [monitor['warning-alerter'], monitor['critical-alerter']].flat()) {
      if (typeof alerter !== 'string') continue;
      uses.set(alerter, (uses.get(alerter) ?? new Set()).add(monitor.name));
    }
  }
  return new Map([...uses].map(([alerter, names]) => [alerter, [...names]]));
}

const DELIVERIES = ['notification-sent', 'notification-failed'];

/** What was sent, newest first. */
export function useDeliveries(name?: string) {
  return useQuery({
    queryKey: ['deliveries', name],
    queryFn: async ({ signal }) => {
      const query = queryString({ type: DELIVERIES, q: name, page: 1, limit: 200 });
      const events = await requestJson<ClusterEvent[]>(`/api/v1/event${query}`, { signal });
      return events.filter(({ alerter }) => name === undefined || alerter === name);
    },
    refetchInterval: 10_000,
  });
}
