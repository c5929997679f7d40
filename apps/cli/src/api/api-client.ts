import { messageOf } from '@9volt/contracts/errors';
import { CliError } from '../output/say.js';

export interface ApiOptions {
  api?: string;
  token?: string;
}

/** Asks the API. What it refuses, and that it cannot be reached, becomes a {@link CliError} in its own words. */
export class ApiClient {
  private readonly base: string;
  private readonly headers: Record<string, string>;

  constructor(options: ApiOptions) {
    this.base = (options.api ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
    this.headers = options.token === undefined ? {} : { 'X-Access-Token': options.token };
  }

  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return this.ask<T>('GET', search.size > 0 ? `${path}?${search.toString()}` : path);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.ask<T>('POST', path, body);
  }

  put<T>(path: string, body?: unknown): Promise<T> {
    return this.ask<T>('PUT', path, body);
  }

  delete<T>(path: string): Promise<T> {
    return this.ask<T>('DELETE', path);
  }

  private async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}`, {
        method,
        headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
      throw new CliError(
        `the API at ${this.base} cannot be reached: ${cause}. Is it running? Give its address with --api or NINEV_API_URL`,
      );
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as T;
    const message = (answer as { message?: unknown } | undefined)?.message;
    const hint = response.status === 401 ? ' (give a token with --token or NINEV_TOKEN)' : '';
    throw new CliError(
      `the API answered ${response.status}: ${typeof message === 'string' ? message : response.statusText}${hint}`,
    );
  }
}
