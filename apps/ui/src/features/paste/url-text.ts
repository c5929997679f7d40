export interface UrlParts {
  scheme: string;
  host: string;
  port: number | undefined;
  username: string | undefined;
  password: string | undefined;
  /** Path and query, as written. */
  path: string;
}

/** A URL with its path as written: a URL object would change it. Undefined if it is none. */
export function urlParts(text: string): UrlParts | undefined {
  const found = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s]*)([^#]*)/i.exec(text.trim());
  const [, scheme = '', authority = '', path = ''] = found ?? [];
  const at = authority.lastIndexOf('@');
  const place = placeOf(authority.slice(at + 1));
  if (!place) return undefined;
  const [username, ...password] = at === -1 ? [] : authority.slice(0, at).split(':');
  return {
    scheme: scheme.toLowerCase(),
    ...place,
    username: username === undefined || username === '' ? undefined : decoded(username),
    password: password.length === 0 ? undefined : decoded(password.join(':')),
    path: path.replaceAll(/[^\x21-\x7e]+/g, (odd) => encodeURIComponent(odd)),
  };
}

/** `host`, `host:port` or `[address]:port`. */
export function placeOf(text: string): Pick<UrlParts, 'host' | 'port'> | undefined {
  const [, address, name, port] = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]@]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = address ?? name;
  if (host === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1) return undefined;
  return { host: address === undefined ? asciiOf(host) : host, port: port === undefined ? undefined : Number(port) };
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
