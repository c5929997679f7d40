import { useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';
import type { Json } from '../../lib/settings-api.js';

export type ScheduledReport = Schemas['ShownScheduledReport'];

const at = (name: string) => ({ params: { path: { name } } });
const bodyOf = (config: Json) => config as Schemas['ReportConfig'];
/** What waits for the leader changes within seconds. */
const REFRESH_MS = 5_000;

export const reportApi = {
  get: async (name: string, signal?: AbortSignal) => {
    const { data, response } = await api.GET('/api/v1/scheduled-report/{name}', {
      ...at(name),
      signal: signal ?? null,
    });
    return { config: (data as ScheduledReport).config, etag: response.headers.get('ETag') ?? undefined };
  },
  put: (name: string, config: Json, etag: string | undefined) =>
    dataOf(
      api.PUT('/api/v1/scheduled-report/{name}', {
        ...at(name),
        body: bodyOf(config),
        headers: etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag },
      }),
    ),
  remove: (name: string) => dataOf(api.DELETE('/api/v1/scheduled-report/{name}', at(name))),
  send: (name: string) => dataOf(api.POST('/api/v1/scheduled-report/{name}/send', at(name))),
  preview: (config: Json) => dataOf(api.POST('/api/v1/scheduled-report/preview', { body: bodyOf(config) })),
};

export function useScheduledReports() {
  return useQuery({
    queryKey: ['scheduled-reports'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/v1/scheduled-report', { signal })),
    refetchInterval: REFRESH_MS,
  });
}
