import { isIP } from 'node:net';
import { hostAndPort } from '../net/host.js';

/** One request, to be sent as it stands. */
export interface HttpRequest {
  ssl: boolean;
  /** A name, or an IP address without brackets. */
  host: string;
  port: number;
  /** Path and query, in characters that HTTP takes. */
  path: string;
  method: string;
  /** Headers that the operator wrote, which may hold credentials. */
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  /** What the target demanded or set on the way: it replaces what the operator wrote. */
  cookie?: string | undefined;
  authorization?: string | undefined;
}

/** The standard port of a scheme. */
export function standardPort(ssl: boolean): number {
  return ssl ? 443 : 80;
}

/**
 * Path and query as they are sent: with a leading slash, without a fragment, and with what HTTP does not take (spaces, control
 * characters, what is not ASCII) percent-encoded. What is left, `?` and `%` among it, is the operator's and stays.
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

/** The headers of a request: the operator's, over those that every request has. Names are compared without their case. */
export function headersOf(request: HttpRequest): Record<string, string> {
  const { ssl, port, body } = request;
  // The zone of a link-local address means something on this host only.
  const host = request.host.split('%', 1)[0] as string;
  const standing: Record<string, string> = {
    Host: port === standardPort(ssl) ? bracketed(host) : hostAndPort(host, port),
    'User-Agent': '9volt',
    Accept: '*/*',
    // What arrives compressed all the same is decompressed, but nobody has to take that trouble for us.
    'Accept-Encoding': 'identity',
    // Node gives only some methods the length of their body.
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

/** The operator's headers, with the cookies of the run: one that was set replaces the operator's of the same name. */
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

/** Headers that are no credentials, whatever they say. */
const OPEN =
  /^(?:accept|cache-control|connection|content|expect|host|if|origin|pragma|range|referer|te|upgrade|user-agent)(?:-|$)/i;
/** A shorter value is no credential; hiding it would only make messages unreadable. */
const MIN_SECRET = 6;

/** What of the headers may be a credential: values, and of `Bearer …` what follows. */
export function credentialsOf(headers: HttpRequest['headers']): string[] {
  return Object.entries(headers)
    .filter(([name]) => !OPEN.test(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter((value) => value.length >= MIN_SECRET);
}

function bracketed(host: string): string {
  return isIP(host.split('%', 1)[0] as string) === 6 ? `[${host}]` : host;
}
