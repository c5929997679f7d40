import { createHash, timingSafeEqual } from 'node:crypto';
import { DomainError } from '@9volt/contracts';

type Headers = Record<string, string | string[] | undefined>;

/**
 * The access tokens of callers: in `X-Access-Token`, or as a bearer token (for Prometheus). Kept as hashes, compared in constant
 * time.
 */
export class AccessTokens {
  private readonly hashes: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.hashes = tokens.map(hash);
  }

  /** Whether a caller needs one. */
  get demanded(): boolean {
    return this.hashes.length > 0;
  }

  /** Throws unless the caller has one, or none is required. */
  assertGiven(headers: Headers): void {
    if (this.demanded) this.assertMatch(headers);
  }

  /** Throws unless the caller has one, even if this process has none. */
  assertMatch(headers: Headers): void {
    if (this.matches(headers)) return;
    throw new DomainError(
      'unauthorized',
      tokenOf(headers) === undefined
        ? "No access token found; ensure you pass 'X-Access-Token' in header"
        : 'Unauthorized request: invalid access token',
    );
  }

  matches(headers: Headers): boolean {
    const token = tokenOf(headers);
    if (token === undefined) return false;
    const given = hash(token);
    // Compares every hash, so the duration does not show which one matched.
    return this.hashes.filter((known) => timingSafeEqual(known, given)).length > 0;
  }
}

function tokenOf(headers: Headers): string | undefined {
  const header = headers['x-access-token'];
  if (typeof header === 'string') return header;
  const authorization = headers['authorization'];
  return typeof authorization === 'string' ? /^Bearer +(.+)$/i.exec(authorization)?.[1] : undefined;
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
