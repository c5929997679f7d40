import type { components } from './api-types.js';

type Schemas = components['schemas'];
export type State = Schemas['State'];
export type StateChange = Schemas['StateChange'];
export type ClusterEvent = Schemas['Event'];

export const EVENTS_SHOWN = 100;

const TOKEN_KEY = '9volt-access-token';

/** For this tab, until it is closed. */
export function storeToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Answers the response of a success; throws {@link ApiError} with the API's own words otherwise. */
export async function request(path: string, signal: AbortSignal, headers: Record<string, string> = {}) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const response = await fetch(path, {
    signal,
    cache: 'no-store',
    headers: token === null ? headers : { ...headers, 'X-Access-Token': token },
  });
  if (response.ok) return response;
  throw new ApiError(response.status, await problemOf(response));
}

export async function listStates(signal: AbortSignal): Promise<State[]> {
  return (await (await request('/api/v1/state', signal)).json()) as State[];
}

/** Newest first. */
export async function listEvents(signal: AbortSignal): Promise<ClusterEvent[]> {
  const response = await request(`/api/v1/event?limit=${EVENTS_SHOWN}&page=1`, signal);
  return (await response.json()) as ClusterEvent[];
}

async function problemOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => null)) as Partial<Schemas['Problem']> | null;
  return problem?.detail ?? `The API answered ${response.status} ${response.statusText}`.trim();
}
