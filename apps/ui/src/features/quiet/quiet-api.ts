import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, dataOf, type Schemas } from '../../lib/api-client.js';

export type Silence = Schemas['Silence'];
export type Matcher = Silence['match'];
export type Maintenance = Schemas['ShownMaintenance'];

/** Silences begin and end by time, which is not streamed. */
const POLL_MS = 5_000;

const ofState = (name: string) => ({ params: { path: { name } } });

export const quietApi = {
  addSilence: (body: Schemas['SilenceRequest']) => dataOf(api.POST('/api/v1/silence', { body })),
  expire: (id: string) => dataOf(api.DELETE('/api/v1/silence/{id}', { params: { path: { id } } })),
  preview: (match: Matcher, signal?: AbortSignal) =>
    dataOf(api.POST('/api/v1/silence/preview', { body: { match }, ...(signal ? { signal } : {}) })),
  acknowledge: (name: string, body: Schemas['AckRequest']) =>
    dataOf(api.PUT('/api/v1/state/{name}/ack', { ...ofState(name), body })),
  unacknowledge: (name: string) => dataOf(api.DELETE('/api/v1/state/{name}/ack', ofState(name))),
  pause: (name: string, body: Schemas['PauseRequest']) =>
    dataOf(api.PUT('/api/v1/monitor/{name}/pause', { ...ofState(name), body })),
  resume: (name: string) => dataOf(api.DELETE('/api/v1/monitor/{name}/pause', ofState(name))),
};

export const silencesQuery = queryOptions({
  queryKey: ['silences'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/v1/silence', { signal })),
  refetchInterval: POLL_MS,
});

export function useSilences() {
  return useQuery(silencesQuery);
}

export const maintenanceQuery = queryOptions({
  queryKey: ['maintenance'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/v1/maintenance', { signal })),
  refetchInterval: POLL_MS,
});

export function useMaintenance() {
  return useQuery(maintenanceQuery);
}

/** The monitors of a matcher while somebody writes it; nothing without conditions. */
export function usePreview(match: Matcher) {
  return useQuery({
    queryKey: ['preview', match],
    queryFn: ({ signal }) => quietApi.preview(match, signal),
    enabled: Object.keys(match).length > 0,
    placeholderData: (before) => before,
  });
}
