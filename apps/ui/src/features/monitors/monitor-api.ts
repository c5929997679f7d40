import { apiPath, request, requestJson, type Schemas } from '../../lib/api-client.js';

export type MonitorConfig = Record<string, unknown> & { type: string };
export type StateDetail = Schemas['StateDetail'];
export type CheckResult = Schemas['CheckResult'];

/** A configuration and the tag that says which one it is. */
export interface Tagged {
  config: MonitorConfig;
  etag: string | undefined;
}

async function tagged(answer: Promise<Pick<Response, 'json' | 'headers'>>): Promise<Tagged> {
  const response = await answer;
  return { config: (await response.json()) as MonitorConfig, etag: response.headers.get('ETag') ?? undefined };
}

export const monitorApi = {
  state: (name: string, signal?: AbortSignal) => requestJson<StateDetail>(apiPath('state', name), { signal }),
  get: (name: string, signal?: AbortSignal) => tagged(request(apiPath('monitor', name), { signal })),
  /** Throws 412 when it is no longer what `etag` says; without one, when it exists. */
  put: (name: string, config: object, etag: string | undefined) =>
    tagged(
      request(apiPath('monitor', name), {
        method: 'PUT',
        body: config,
        headers: etag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': etag },
      }),
    ),
  patch: (name: string, patch: object) => request(apiPath('monitor', name), { method: 'PATCH', body: patch }),
  remove: (name: string) => request(apiPath('monitor', name), { method: 'DELETE' }),
  run: (name: string) => requestJson<CheckResult>(apiPath('monitor', name, 'run'), { method: 'POST' }),
  test: (trial: { config: object; name?: string; 'member-tag'?: string }) =>
    requestJson<CheckResult>(apiPath('monitor', 'test'), { method: 'POST', body: trial }),
};

export const ENABLED = { disable: null, 'disable-until': null };
export const DISABLED = { disable: true, 'disable-until': null };
