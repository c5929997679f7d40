import { messageOf } from '@9volt/contracts/errors';
import type { AxiosResponse } from 'axios';
import { CliError } from '../output/say.js';
import { readLogin } from './kept-login.js';

const DEFAULT_API = 'http://127.0.0.1:8080';
/** A check on demand may take as long as its own limit. */
const TIMEOUT_MS = 10 * 60_000;

export interface ApiOptions {
  api?: string;
  token?: string;
}

/** The API's error. */
export class ApiError extends CliError {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Calls the API: that of the options, or else the one that `9volt login` kept. An error of the API, or a failed connection, becomes a {@link CliError} in its own words. */
export class ApiClient {
  private readonly base: string;
  private readonly headers: Record<string, string>;

  constructor(
    options: ApiOptions,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    const kept = options.api === undefined || options.token === undefined ? readLogin() : undefined;
    this.base = (options.api ?? kept?.api ?? DEFAULT_API).replace(/\/+$/, '');
    const token = options.token ?? kept?.tokens.get(this.base) ?? '';
    this.headers = token === '' ? {} : { 'X-Access-Token': token };
  }

  get<T>(path: string, query: Record<string, string | number | readonly string[] | undefined> = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      for (const one of typeof value === 'object' ? value : [value]) {
        if (one !== undefined) search.append(name, String(one));
      }
    }
    return this.ask<T>('GET', search.size > 0 ? `${path}?${search.toString()}` : path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.ask<T>('POST', path, body);
  }

  put<T>(path: string, body?: unknown): Promise<T> {
    return this.ask<T>('PUT', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.ask<T>('PATCH', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.ask<T>('DELETE', path);
  }

  /** The address of the API. */
  get address(): string {
    return this.base;
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: AxiosResponse<unknown>;
    try {
      // Loaded here, because no help text needs it.
      const { default: axios } = await import('axios');
      response = await axios.request({
        method,
        url: `${this.base}${path}`,
        headers: this.headers,
        data: body,
        timeout: this.timeoutMs,
        // An error of the API is an answer, too.
        validateStatus: () => true,
      });
    } catch (error) {
      throw new CliError(
        URL.canParse(this.base)
          ? `cannot reach the API at ${this.base}: ${causeOf(error)}. Start it, or set its address with --api or NINEV_API_URL`
          : `"${this.base}" is no address of an API; expected one such as ${DEFAULT_API} in --api or NINEV_API_URL`,
      );
    }
    if (response.status < 300) return response.data as T;
    const message = (response.data as { message?: unknown } | undefined)?.message;
    const hint =
      response.status === 401 ? ' (sign in with `9volt login`, or set a token with --token or NINEV_TOKEN)' : '';
    throw new ApiError(
      `the API answered ${response.status}: ${typeof message === 'string' ? message : response.statusText}${hint}`,
      response.status,
    );
  }
}

function causeOf(error: unknown): string {
  const { cause = error } = error as Error;
  return (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'nothing listens there' : messageOf(cause);
}
