import { accessToken } from './access-token.js';
import type { components } from './api-types.js';

export type Schemas = components['schemas'];
export type FieldProblem = Schemas['FieldProblem'];

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What is wrong with which field, by JSON pointer. */
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message);
  }
}

export interface Question {
  method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export type Answer = Pick<Response, 'json' | 'headers' | 'body' | 'status'>;

/** Answers the response of a success; throws {@link ApiError} with the API's own words otherwise. */
export async function request(path: string, { method = 'GET', body, headers, signal }: Question = {}): Promise<Answer> {
  const token = accessToken.get();
  const response = await fetch(path, {
    method,
    ...(signal ? { signal } : {}),
    cache: 'no-store',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === null ? {} : { 'X-Access-Token': token }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => null)) as Partial<Schemas['Problem']> | null;
  const detail = problem?.detail ?? `The API answered ${response.status} ${response.statusText}`.trim();
  throw new ApiError(response.status, detail, problem?.errors);
}

export async function requestJson<T>(path: string, question?: Question): Promise<T> {
  return (await (await request(path, question)).json()) as T;
}

/** A path below `/api/v1` with its parts encoded. */
export function apiPath(...parts: string[]): string {
  return ['/api/v1', ...parts.map(encodeURIComponent)].join('/');
}

/** A query string of what is given; nothing for nothing. */
export function queryString(parameters: Record<string, string | number | readonly string[] | undefined>): string {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const pairs = entries.flatMap(([name, value]) =>
    (Array.isArray(value) ? exactly(value as string[]) : [String(value)]).map((one): [string, string] => [name, one]),
  );
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? '' : `?${text}`;
}

/** The API takes a lone value that has a comma for several, unless it is repeated. */
function exactly(values: readonly string[]): readonly string[] {
  const [only] = values;
  return values.length === 1 && only?.includes(',') ? [only, only] : values;
}
