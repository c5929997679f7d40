import type { IncomingHttpHeaders } from 'node:http';
import { hostname } from 'node:os';
import { DomainError } from '@9volt/contracts';
import type { FastifyInstance } from 'fastify';
import { isLoopback, type NodeConfig } from '../config/node-config.js';
import { AccessTokens } from './access-tokens.js';
import { refusalOfForeign, type OwnAddresses } from './same-site.js';
import { Sessions } from './sessions.js';
import { DEFAULT_HEADERS } from './security-headers.js';

/** What a public process tells callers without a token about itself. */
const PUBLIC_HEALTH: readonly string[] = ['/livez', '/readyz'];

/**
 * Runs before every route of every role, also for routes that Nest does not know: each answer gets the headers of {@link
 * DEFAULT_HEADERS}; it refuses requests from pages of other sites, and from callers without an access token, before it reads any of
 * the body.
 */
export function standInFront(fastify: FastifyInstance, config: NodeConfig): void {
  const tokens = new AccessTokens(config.accessTokens);
  const isPublic = config.role === 'status' && !isLoopback(config.listen.host);
  const sessions = new Sessions(config.accessTokens);
  const own: OwnAddresses = {
    // Everybody may reach a public process by any name.
    guarded: tokens.demanded || isPublic,
    loopback: isLoopback(config.listen.host),
    host: config.listen.host,
    hostname: hostname(),
    publicUrl: config.publicUrl,
  };
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers(DEFAULT_HEADERS);
    const { headers, method, is404 } = request;
    const { open = false, page = false, shared = false } = request.routeOptions.config.rules ?? {};
    const authenticated = tokens.demanded && tokens.matches(headers);
    if (shared) return;
    const foreign = refusalOfForeign({ method, headers, page, authenticated }, own);
    if (foreign !== undefined) throw new DomainError('forbidden', foreign);
    if (is404 || hasSession(sessions, method, headers)) return;
    if (isPublic && !PUBLIC_HEALTH.includes(request.routeOptions.url ?? '')) tokens.assertMatch(headers);
    else if (!open) tokens.assertGiven(headers);
  });
}

/** A page of another site cannot set a header: so a cookie alone changes nothing. */
const SESSION_GUARD = 'x-requested-with';

function hasSession(sessions: Sessions, method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' && method !== 'HEAD' && headers[SESSION_GUARD] === undefined) return false;
  return sessions.of(headers.cookie) !== undefined;
}
