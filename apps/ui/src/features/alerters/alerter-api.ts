import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, listOf, type Schemas } from '../../lib/api-client.js';
import type { ClusterEvent } from '../../lib/live-types.js';

export type Delivery = Schemas['Delivery'];

export { alerterApi } from '../../lib/settings-api.js';

export const alertersQuery = queryOptions({
  queryKey: ['alerters'],
  queryFn: ({ signal }) =>
    listOf<Schemas['NamedAlerter']>(api.GET('/api/v1/alerter', { params: { query: { sort: 'name' } }, signal })),
});

export function useAlerters() {
  return useQuery(alertersQuery);
}

/** The table of the monitors that use an alerter. */
export const monitorsOfAlerter = (name: string): string =>
  `/monitors?${new URLSearchParams({ alerter: name }).toString()}`;

/** Names of the monitors that use each alerter. It reads all configurations, so it does that rarely. */
export function useUses(isWanted = true) {
  return useQuery({
    queryKey: ['uses'],
    queryFn: async ({ signal }) =>
      usesOf(
        await listOf<Schemas['NamedMonitor']>(
          api.GET('/api/v1/monitor', { params: { query: { sort: 'name' } }, signal }),
        ),
      ),
    staleTime: 60_000,
    enabled: isWanted,
  });
}

function usesOf(
  monitors: readonly Pick<Schemas['NamedMonitor'], 'name' | 'warning-alerter' | 'critical-alerter' | 'escalate'>[],
): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, Set<string>>();
  for (const monitor of monitors) {
    for (const alerter of [
      monitor['warning-alerter'],
      monitor['critical-alerter'],
      monitor.escalate?.map((step) => step.alerter),
    ].flat(2)) {
      if (alerter === undefined) continue;
      uses.set(alerter, (uses.get(alerter) ?? new Set()).add(monitor.name));
    }
  }
  return new Map([...uses].map(([alerter, names]) => [alerter, [...names]]));
}

const DELIVERIES = ['notification-sent', 'notification-failed'];

/** Its notifications, newest first. */
export function useDeliveries(name?: string) {
  return useQuery({
    queryKey: ['deliveries', name],
    queryFn: async ({ signal }) => {
      const query = { type: DELIVERIES, page: 1, limit: 200, ...(name === undefined ? {} : { q: name }) };
      const events = await listOf<ClusterEvent>(api.GET('/api/v1/event', { params: { query }, signal }));
      return events.filter(({ alerter }) => name === undefined || alerter === name);
    },
    refetchInterval: 10_000,
  });
}
