import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Session {
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** What a session's cookie contains. A user and roles can join it later: readers ignore what they do not know. */
interface Claims {
  /** Expires at, in seconds since the epoch. */
  exp: number;
  id: string;
}

const HOUR_MS = 3_600_000;
/** How long a browser stays signed in. */
export const SESSION_MS = 12 * HOUR_MS;
export const LONG_SESSION_MS = 30 * 24 * HOUR_MS;

interface SessionKey {
  key: Buffer;
  /** Name of the cookie. */
  cookie: string;
}

/**
 * Sessions of browsers. The cookie carries all of a session, signed with a key that follows from the access token which began it: so
 * it survives a restart, counts on every node with that token, and ends when the token is removed.
 */
export class Sessions {
  private readonly keys: readonly SessionKey[];

  constructor(
    tokens: readonly string[],
    private readonly now: () => number = Date.now,
  ) {
    this.keys = tokens.map(keyOf);
  }

  /** The session that a request's cookies prove, if any. */
  of(cookies: string | undefined): Session | undefined {
    const given = parse(cookies);
    for (const { key, cookie } of this.keys) {
      for (const value of given.get(cookie) ?? []) {
        const claims = verified(value, key);
        if (claims && claims.exp * 1_000 > this.now()) return { expiresAt: claims.exp * 1_000 };
      }
    }
    return undefined;
  }

  /** Begins a session with a token of this node. `stay`: the browser keeps it when it is closed. */
  begin(token: string, { stay, secure }: { stay: boolean; secure: boolean }): Session & { cookie: string } {
    const { key, cookie } = keyOf(token);
    const exp = Math.floor((this.now() + (stay ? LONG_SESSION_MS : SESSION_MS)) / 1_000);
    const claims: Claims = { exp, id: randomBytes(9).toString('base64url') };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const value = `${body}.${hmac(key, body).toString('base64url')}`;
    const age = stay ? `; Max-Age=${LONG_SESSION_MS / 1_000}` : '';
    return { expiresAt: exp * 1_000, cookie: `${cookie}=${value}${age}${attributes(secure)}` };
  }

  /** Cookies that end the sessions of a browser. */
  end(secure: boolean): string[] {
    return this.keys.map(({ cookie }) => `${cookie}=; Max-Age=0${attributes(secure)}`);
  }
}

function keyOf(token: string): SessionKey {
  const key = hmac(token, '9volt session');
  // Browsers send a cookie to every port of a host: nodes with other tokens have cookies of other names.
  return { key, cookie: `9volt-${hmac(key, 'name').toString('hex').slice(0, 12)}` };
}

/** Strict: the link of an alert opens a page, which is open to all, and that page's own requests carry the cookie. */
function attributes(secure: boolean): string {
  return `; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function verified(value: string, key: Buffer): Claims | undefined {
  const [body = '', mac = ''] = value.split('.');
  const given = Buffer.from(mac, 'base64url');
  const known = hmac(key, body);
  if (given.length !== known.length || !timingSafeEqual(given, known)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function parse(header = ''): Map<string, string[]> {
  const cookies = new Map<string, string[]>();
  for (const pair of header.split(';')) {
    const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
    cookies.set(name, [...(cookies.get(name) ?? []), value]);
  }
  return cookies;
}
