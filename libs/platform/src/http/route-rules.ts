import { RouteConfig } from '@nestjs/platform-fastify';

/** What a route lets through before anything of a request but its head was read. */
export interface RouteRules {
  /** To callers without an access token. */
  open?: boolean;
  /** A page for people: another site may link to it. */
  page?: boolean;
  /** The most that a body may have; {@link DEFAULT_BODY_BYTES} unless said here. */
  bodyBytes?: number;
  /** Takes bodies of any type, and what is too much of one is left out rather than refused. */
  anyBody?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** Enough for a route that takes no body, or a small one. */
export const DEFAULT_BODY_BYTES = 65_536;

/** Rules of a route; a route has them from one decorator only. */
export function Rules(rules: RouteRules): MethodDecorator {
  return RouteConfig({ rules });
}

/** Opens a route to callers without a token. */
export const Public = (): MethodDecorator => Rules({ open: true });
