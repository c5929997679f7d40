import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';

export type Cluster = Schemas['Cluster'];
export type Member = Schemas['Member'];

/** Loads and lateness come with each heartbeat, which the stream omits. */
const POLL_MS = 5_000;

export const clusterQuery = queryOptions({
  queryKey: ['cluster'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/v1/cluster', { signal })),
  refetchInterval: POLL_MS,
});

export function useCluster() {
  return useQuery(clusterQuery);
}

export function leaderOf({ Members }: Cluster): Member | undefined {
  return Object.values(Members).find(({ Leader }) => Leader);
}
