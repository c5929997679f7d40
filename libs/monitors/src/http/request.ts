import { isIP } from 'node:net';
import type { EncodedRequest } from '@9volt/net';
import { hostAndPort } from '../net/host.js';

/** One request, sent as it is. */
export interface HttpRequest {
  ssl: boolean;
  /** A name, or an IP address without brackets. */
  host: string;
  port: number;
  /** Path and query, in characters that HTTP permits. */
  path: string;
  method: string;
  /** Headers of the operator, which may contain credentials. */
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  /** Headers that the target required or set on the way: they replace those of the operator. */
  cookie?: string | undefined;
  authorization?: string | undefined;
  /** All of it as it is sent, where that was made before: of the first request of a check, which is the same each time. */
  encoded?: EncodedRequest | undefined;
}

/** The standard port of a scheme. */
export function standardPort(ssl: boolean): number {
  return ssl ? 443 : 80;
}

/**
 * Path and query as they are sent: with a leading slash, without a fragment, and with percent-encoded spaces, control characters
 * and characters beyond ASCII. Everything else, including `?` and `%`, stays as the operator wrote it.
 */
export function pathOf(url: string): string {
  const [withoutFragment = ''] = url.split('#', 1);
  const encoded = Buffer.from(withoutFragment)
    .toString()
    .replace(/[^\x21-\x7e]+/gu, encodeURIComponent);
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

export function originOf({ ssl, host, port }: HttpRequest): string {
  const scheme = ssl ? 'https' : 'http';
  return port === standardPort(ssl) ? `${scheme}://${bracketed(host)}` : `${scheme}://${hostAndPort(host, port)}`;
}

export function urlOf(request: HttpRequest): string {
  return originOf(request) + request.path;
}

/** The headers of a request: the operator's, over the standard ones. Names are compared without their case. */
export function headersOf(request: HttpRequest): Record<string, string> {
  const { ssl, port, body } = request;
  // The zone of a link-local address is meaningful only on this host.
  const host = request.host.split('%', 1)[0] as string;
  const standing: Record<string, string> = {
    Host: port === standardPort(ssl) ? bracketed(host) : hostAndPort(host, port),
    'User-Agent': '9volt',
    Accept: '*/*',
    // We decompress compressed answers, but do not ask targets to compress.
    'Accept-Encoding': 'identity',
    // Node sends a length only for the bodies of some methods.
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const written = withCookie(request);
  const names = new Set(Object.keys(written).map((name) => name.toLowerCase()));
  const kept = Object.entries(standing).filter(([name]) => !names.has(name.toLowerCase()));
  return {
    ...Object.fromEntries(kept),
    ...written,
    ...(request.authorization === undefined ? {} : { Authorization: request.authorization }),
  };
}

/**
 * The operator's headers, with the cookies of this check: a cookie that the target set replaces the operator's of the same name.
 */
function withCookie({ headers, cookie }: HttpRequest): Record<string, string> {
  if (!cookie) return { ...headers };
  const isCookie = ([name]: [string, string]): boolean => name.toLowerCase() === 'cookie';
  const nameOf = (pair: string): string => pair.split('=', 1)[0]?.trim() ?? '';
  const set = new Set(cookie.split(';').map(nameOf));
  const kept = Object.entries(headers)
    .filter(isCookie)
    .flatMap(([, value]) => value.split(';'))
    .filter((pair) => pair.trim() !== '' && !set.has(nameOf(pair)))
    .map((pair) => pair.trim());
  const others = Object.entries(headers).filter((header) => !isCookie(header));
  // As bytes of UTF-8, one character each, as headers are written.
  return { ...Object.fromEntries(others), Cookie: [...kept, Buffer.from(cookie).toString('latin1')].join('; ') };
}

/** Headers that contain no credentials, whatever their value. */
const OPEN =
  /^(?:accept|cache-control|connection|content|expect|host|if|origin|pragma|range|referer|te|upgrade|user-agent)(?:-|$)/i;
/** A shorter value is not a credential; hiding it would only make messages unreadable. */
const MIN_SECRET = 6;

/** Parts of the headers that may be credentials: values, and the part after `Bearer`. */
export function credentialsOf(headers: HttpRequest['headers']): string[] {
  return Object.entries(headers)
    .filter(([name]) => !OPEN.test(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter((value) => value.length >= MIN_SECRET);
}

function bracketed(host: string): string {
  return isIP(host.split('%', 1)[0] as string) === 6 ? `[${host}]` : host;
}
