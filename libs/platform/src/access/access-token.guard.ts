import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '@9volt/contracts';
import { NodeConfig } from '../config/node-config.js';

const PUBLIC = 'ninevolt:public';

/** Opens a route, or all routes of a controller, to callers without a token. */
export const Public = (): ClassDecorator & MethodDecorator => SetMetadata(PUBLIC, true);

interface Request {
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Demands an access token on every route that is not {@link Public}, when tokens are configured: in `X-Access-Token`, or as a bearer token (for
 * Prometheus). Tokens are kept as hashes and compared in constant time.
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  private readonly hashes: readonly Buffer[];

  constructor(
    private readonly reflector: Reflector,
    config: NodeConfig,
  ) {
    this.hashes = config.accessTokens.map(hash);
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.hashes.length === 0) return true;
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const token = tokenOf(context.switchToHttp().getRequest<Request>());
    if (token === undefined) {
      throw new DomainError('unauthorized', "No access token found; ensure you pass 'X-Access-Token' in header");
    }
    const given = hash(token);
    // Every hash is compared, so that time does not tell which matched.
    const matches = this.hashes.filter((known) => timingSafeEqual(known, given));
    if (matches.length === 0) throw new DomainError('unauthorized', 'Unauthorized request: invalid access token');
    return true;
  }
}

function tokenOf(request: Request): string | undefined {
  const header = request.headers['x-access-token'];
  if (typeof header === 'string') return header;
  const authorization = request.headers['authorization'];
  return typeof authorization === 'string' ? /^Bearer +(.+)$/i.exec(authorization)?.[1] : undefined;
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
