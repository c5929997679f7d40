import type { WireResponse } from '@9volt/net';
import { excerpt } from '../probe/excerpt.js';
import { type HttpRequest, originOf, pathOf, standardPort, urlOf } from './request.js';

export const MAX_REDIRECTS = 10;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The destination of a redirect, with characters beyond ASCII percent-encoded byte by byte, as curl and browsers do; empty if it
 * has none.
 */
export function locationOf(response: WireResponse): string {
  const bytes = response.bytesOf('Location') ?? Buffer.alloc(0);
  return bytes
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The request that follows a redirect. Across origins it drops all headers of the operator, because any of them may be a
 * credential. As in browsers, 303 and a redirected POST become GET without a body. Throws an error in words for the operator.
 */
export function redirected(request: HttpRequest, status: number, location: string): HttpRequest {
  const url = parse(location, urlOf(request));
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`redirected to an address that is not HTTP: ${excerpt(location, 200)}`);
  }
  const ssl = url.protocol === 'https:';
  const becomesGet = (status === 303 && request.method !== 'HEAD') || (request.method === 'POST' && status < 303);
  const next: HttpRequest = {
    ssl,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? standardPort(ssl) : Number(url.port),
    path: pathOf(url.pathname + url.search),
    method: becomesGet ? 'GET' : request.method,
    headers: becomesGet ? withoutBodyHeaders(request.headers) : request.headers,
    body: becomesGet ? undefined : request.body,
  };
  return originOf(next) === originOf(request) ? next : { ...next, headers: {} };
}

function parse(location: string, base: string): URL {
  try {
    return new URL(location, base);
  } catch (cause) {
    throw new Error(`redirected to an address that is not valid: ${excerpt(location, 200)}`, { cause });
  }
}

function withoutBodyHeaders(headers: HttpRequest['headers']): HttpRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(content-|transfer-encoding$)/i.test(name)));
}
