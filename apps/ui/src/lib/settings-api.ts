import { api, dataOf, type Schemas } from './api-client.js';

/** A configuration as forms edit it: the API validates it. */
export type Json = Record<string, unknown>;

/** A stored configuration, and its entity tag. */
export interface Stored {
  config: Json;
  etag: string | undefined;
}

export interface TrialBody {
  config: Json;
  name?: string;
  'member-tag'?: string;
}

async function stored(asked: Promise<{ data?: Json; response: Response }>): Promise<Stored> {
  const { data = {}, response } = await asked;
  return { config: data, etag: response.headers.get('ETag') ?? undefined };
}

/** With a tag: only if it is still this version; without one: only if it does not exist. Otherwise the API answers 412. */
function onlyIf(etag: string | undefined): Record<string, string> {
  return etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag };
}

const at = (name: string) => ({ params: { path: { name } } });

export const monitorApi = {
  state: (name: string, signal?: AbortSignal) =>
    dataOf(api.GET('/api/v1/state/{name}', { ...at(name), ...of(signal) })),
  why: (name: string, signal?: AbortSignal) =>
    dataOf(api.GET('/api/v1/monitor/{name}/why', { ...at(name), ...of(signal) })),
  get: (name: string, signal?: AbortSignal) =>
    stored(api.GET('/api/v1/monitor/{name}', { ...at(name), ...of(signal) })),
  put: (name: string, config: Json, etag: string | undefined) =>
    stored(
      api.PUT('/api/v1/monitor/{name}', { ...at(name), body: config as Schemas['Monitor'], headers: onlyIf(etag) }),
    ),
  patch: (name: string, patch: Json) => dataOf(api.PATCH('/api/v1/monitor/{name}', { ...at(name), body: patch })),
  remove: (name: string) => dataOf(api.DELETE('/api/v1/monitor/{name}', at(name))),
  look: (name: string) => dataOf(api.PUT('/api/v1/state/{name}/look', at(name))),
  run: (name: string) => dataOf(api.POST('/api/v1/monitor/{name}/run', at(name))),
  test: (trial: TrialBody) =>
    dataOf(api.POST('/api/v1/monitor/test', { body: trial as unknown as Schemas['MonitorTrial'] })),
};

export const alerterApi = {
  get: (name: string, signal?: AbortSignal) =>
    stored(api.GET('/api/v1/alerter/{name}', { ...at(name), ...of(signal) })),
  put: (name: string, config: Json, etag: string | undefined) =>
    stored(
      api.PUT('/api/v1/alerter/{name}', { ...at(name), body: config as Schemas['Alerter'], headers: onlyIf(etag) }),
    ),
  remove: (name: string) => dataOf(api.DELETE('/api/v1/alerter/{name}', at(name))),
  testStored: (name: string) => dataOf(api.POST('/api/v1/alerter/{name}/test', at(name))),
  test: (trial: TrialBody) =>
    dataOf(api.POST('/api/v1/alerter/test', { body: trial as unknown as Schemas['AlerterTrial'] })),
};

function of(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
