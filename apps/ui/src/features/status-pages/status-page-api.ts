import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';
import type { Json } from '../../lib/settings-api.js';

export type StatusPage = Schemas['ShownStatusPage'];

const at = (name: string) => ({ params: { path: { name } } });

export const statusPageApi = {
  /** With a tag: only if it is still this version; without one: only if it does not exist. */
  put: (name: string, config: Json, etag: string | undefined) =>
    dataOf(
      api.PUT('/api/v1/status-page/{name}', {
        ...at(name),
        body: config as Schemas['StatusPage'],
        headers: etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag },
      }),
    ),
  remove: (name: string) => dataOf(api.DELETE('/api/v1/status-page/{name}', at(name))),
};

export function useStatusPages() {
  return useQuery({
    queryKey: ['status-pages'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/v1/status-page', { signal })),
  });
}

/** With its entity tag. It must not change while somebody edits it. */
export function useStatusPage(name: string | undefined) {
  return useQuery({
    queryKey: ['edit', 'status-page', name],
    queryFn: async ({ signal }) => {
      const { data, response } = await api.GET('/api/v1/status-page/{name}', { ...at(name ?? ''), signal });
      return { page: data as StatusPage, etag: response.headers.get('ETag') ?? undefined };
    },
    enabled: name !== undefined,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
}
