import { isIP } from 'node:net';

/** What a request says of where it comes from. */
export interface Caller {
  method: string;
  headers: Record<string, string | string[] | undefined>;
  /** It asks for a page for people. */
  page: boolean;
  /** It has a valid access token. */
  authenticated: boolean;
}

/** What a node is reached by. */
export interface OwnAddresses {
  /** Access tokens are demanded. A page of another site has none. */
  guarded: boolean;
  /** Listens on loopback only. */
  loopback: boolean;
  /** Where it was told to listen. */
  host: string;
  /** Name of this machine. */
  hostname: string;
  publicUrl: string | undefined;
}

/**
 * Why a request is refused because it seems to come from a page of another site; undefined when it does not. A browser on the machine of
 * an operator reaches what the operator reaches, so a page of a stranger must not use it. A browser tells the site that a request comes
 * from, but not to every address (`0.0.0.0` is one to which it does not), so the host that was asked for has to be one of ours too: any other
 * name may be one that a stranger points here (DNS rebinding).
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
  // A page of another site cannot send a token without asking first, and is never allowed to.
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
  // No name leads to an address that is asked for as such. These are other words for loopback.
  return host !== '0.0.0.0' && !/^::($|ffff:|\d)/.test(host);
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { host: from, protocol, origin: whole } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  if (publicUrl !== undefined && URL.canParse(publicUrl) && new URL(publicUrl).origin === whole) return true;
  // Whoever ends TLS before us speaks http to us: only the host can be compared.
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
