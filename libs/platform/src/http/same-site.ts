import { isIP } from 'node:net';

/** What a request says about its origin. */
export interface Caller {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  /** It asks for a page for people. */
  page: boolean;
  /** It has a valid access token. */
  authenticated: boolean;
}

/** The addresses of this node. */
export interface OwnAddresses {
  /** The node requires access tokens. A page of another site has none. */
  guarded: boolean;
  /** Listens on loopback only. */
  loopback: boolean;
  /** Host of the listen address. */
  host: string;
  /** Name of this machine. */
  hostname: string;
  publicUrl: string | undefined;
}

/**
 * Why a request is refused because it seems to come from a page of another site; undefined if it is not refused. A browser on an
 * operator's machine reaches everything that the operator reaches, so a foreign page must not use it. A browser tells the site of a
 * request, but not to every address (not to `0.0.0.0`). So the host must also be one of ours: a stranger may point any other name
 * here (DNS rebinding).
 */
export function refusalOfForeign(
  { method, headers, page, authenticated }: Caller,
  own: OwnAddresses,
): string | undefined {
  const site = headers['sec-fetch-site'];
  const isForeign = site === 'cross-site' || site === 'same-site';
  if (isForeign && !(page && isNavigation(method, headers))) return 'Requests from pages of other sites are refused';
  const host = typeof headers.host === 'string' ? headers.host : undefined;
  if (!own.guarded && host !== undefined && !isOwnHost(host, own)) {
    return `This node does not know the host '${host.slice(0, 255)}' as its own and has no access tokens; set --public-url or --access-tokens`;
  }
  const { origin } = headers;
  // A page of another site cannot send a token without a preflight, and never gets permission.
  if (typeof origin !== 'string' || site === 'same-origin' || authenticated) return undefined;
  if (isOwnOrigin(origin, host, own.publicUrl)) return undefined;
  return `This API refuses requests from pages of '${origin.slice(0, 255)}'; if that is the address of this node, set it as --public-url`;
}

/** A link that somebody followed, not a part of a page of another site. */
function isNavigation(method: string, headers: Caller['headers']): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    (headers['sec-fetch-dest'] ?? 'document') === 'document'
  );
}

function isOwnHost(header: string, own: OwnAddresses): boolean {
  const host = nameOf(header);
  if (isLoopbackName(host) || host === hostOf(own.publicUrl)) return true;
  if (own.loopback) return false;
  if (host === own.hostname.toLowerCase()) return true;
  if (isIP(host) === 0) return host === own.host.toLowerCase();
  // No name leads to a request by address. These are other spellings of loopback.
  return host !== '0.0.0.0' && !/^::($|ffff:|\d)/.test(host);
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { host: from, protocol, origin: whole } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  if (publicUrl !== undefined && URL.canParse(publicUrl) && new URL(publicUrl).origin === whole) return true;
  // A proxy that ends TLS speaks http to us, so only the host can be compared.
  const asked = `${protocol}//${host ?? ''}`;
  return host !== undefined && URL.canParse(asked) && new URL(asked).host === from;
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Without a port, and without the brackets of an address of IPv6. */
function nameOf(header: string): string {
  return header
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function hostOf(publicUrl: string | undefined): string | undefined {
  return publicUrl !== undefined && URL.canParse(publicUrl) ? nameOf(new URL(publicUrl).host) : undefined;
}
