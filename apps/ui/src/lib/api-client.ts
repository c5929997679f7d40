import createClient from 'openapi-fetch';
import type { components, paths } from '@9volt/contracts/api-types';

export type Schemas = components['schemas'];
export type FieldProblem = Schemas['FieldProblem'];

/** An answer that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The errors of fields, by JSON pointer. */
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message);
  }
}

/**
 * Calls the API by the paths of its document. Throws {@link ApiError} with the API's own words for any answer that is not a
 * success.
 */
export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  cache: 'no-store',
  fetch: (request) => fetch(request).catch(inOurWords),
  querySerializer: (query) => queryString(query as QueryParameters).slice(1),
});

api.use({
  onRequest({ request }) {
    // A page of another site cannot set it: with it, the session's cookie may change something.
    request.headers.set('X-Requested-With', '9volt');
  },
  async onResponse({ response }) {
    if (response.ok) return;
    const problem = (await response.json().catch(() => null)) as Partial<Schemas['Problem']> | null;
    const detail = problem?.detail ?? `The API answered ${response.status} ${response.statusText}`.trim();
    throw new ApiError(response.status, detail, problem?.errors);
  },
});

/** Each browser has other words for a server that does not answer. */
function inOurWords(error: unknown): never {
  throw error instanceof TypeError ? new Error('The API does not answer', { cause: error }) : error;
}

/** The data of a success; failures were thrown. */
export async function dataOf<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}

/** A list that was requested in pages or sorted: without that the API answers a map. */
export async function listOf<T>(asked: Promise<{ data?: T[] | Readonly<Record<string, unknown>> }>): Promise<T[]> {
  const data = await dataOf(asked);
  if (!Array.isArray(data)) throw new Error('The API answered a map instead of a list');
  return data;
}

type QueryParameters = Record<string, string | number | readonly string[] | undefined>;

/** A query string of the given values; empty for none. */
export function queryString(parameters: QueryParameters): string {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const pairs = entries.flatMap(([name, value]) =>
    (Array.isArray(value) ? exactly(value as string[]) : [String(value)]).map((one): [string, string] => [name, one]),
  );
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}

/** The API reads a single value with a comma as several, unless it is repeated. */
function exactly(values: readonly string[]): readonly string[] {
  const [only] = values;
  return values.length === 1 && only?.includes(',') ? [only, only] : values;
}
