import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';
import type { Json } from '../../lib/settings-api.js';

export type StatusPage = Schemas['ShownStatusPage'];

const at = (name: string) => ({ params: { path: { name } } });

export const statusPageApi = {
  get: async (name: string, signal?: AbortSignal) => {
    const { data, response } = await api.GET('/api/v1/status-page/{name}', { ...at(name), signal: signal ?? null });
    return { config: (data as StatusPage).config, etag: response.headers.get('ETag') ?? undefined };
  },
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
