export interface UrlParts {
  scheme: string;
  host: string;
  port: number | undefined;
  username: string | undefined;
  password: string | undefined;
  /** How many hosts follow the first one, separated by commas. */
  others: number;
  /** Path and query, as written. */
  path: string;
}

/** A URL with its path as written: a URL object would change it. Undefined if it is none. */
export function urlParts(text: string): UrlParts | undefined {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s]*)(?:([/?][^#]*)|#|$)/i.exec(text.trim());
  const [, scheme = '', authority = '', path = ''] = found ?? [];
  const at = authority.lastIndexOf('@');
  const [first = '', ...others] = authority.slice(at + 1).split(',');
  const place = placeOf(first);
  if (!place) return undefined;
  const [username, ...password] = at === -1 ? [] : authority.slice(0, at).split(':');
  return {
    scheme: scheme.toLowerCase(),
    ...place,
    others: others.length,
    username: username === undefined || username === '' ? undefined : decoded(username),
    password: password.length === 0 ? undefined : decoded(password.join(':')),
    path: path.replaceAll(/[^\x21-\x7e]+/g, (odd) => encodeURIComponent(odd)),
  };
}

/** `host`, `host:port`, `[address]:port` or an address of IPv6. */
export function placeOf(text: string): Pick<UrlParts, 'host' | 'port'> | undefined {
  const [, address, name, port] = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]@]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (/^[\da-f]*(?::[\da-f.]*){2,}$/i.test(text)) return { host: text.toLowerCase(), port: undefined };
  const host = address ?? name;
  if (host === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1) return undefined;
  return {
    host: (address === undefined ? asciiOf(host) : host).toLowerCase(),
    port: port === undefined ? undefined : Number(port),
  };
}

/** A name with other letters as DNS has it. */
function asciiOf(host: string): string {
  return /^[\x21-\x7e]*$/.test(host) || !URL.canParse(`http://${host}/`) ? host : new URL(`http://${host}/`).hostname;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
