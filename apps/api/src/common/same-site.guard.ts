import { DomainError } from '@9volt/contracts';
import { isLoopback, NodeConfig } from '@9volt/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isOwnHost } from './own-host.js';

/**
 * An API on loopback needs no token, and a browser on that machine reaches it: pages of other sites must not use it. A browser says
 * when a request comes from another site; a name that another site points at loopback is not one of ours.
 */
@Injectable()
export class SameSiteGuard implements CanActivate {
  private readonly guardsHost: boolean;

  constructor(private readonly config: NodeConfig) {
    this.guardsHost = config.accessTokens.length === 0 && isLoopback(config.listen.host);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const site = headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') {
      throw new DomainError('forbidden', 'Requests from pages of other sites are refused');
    }
    if (this.guardsHost && !isOwnHost(headers.host, this.config.publicUrl)) {
      throw new DomainError(
        'forbidden',
        `The host '${headers.host ?? ''}' is not one of this API, which has no access tokens; give --public-url, or tokens`,
      );
    }
    return true;
  }
}
