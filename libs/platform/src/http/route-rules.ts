import { RouteConfig } from '@nestjs/platform-fastify';

/** What a route permits before anything of a request but its headers was read. */
export interface RouteRules {
  /** Open to callers without an access token. */
  open?: boolean;
  /** A page for people: another site may link to it. */
  page?: boolean;
  /** For everybody on purpose: pages of other sites may use it, too. */
  shared?: boolean;
  /** Largest body; {@link DEFAULT_BODY_BYTES} unless set here. */
  bodyBytes?: number;
  /** Accepts bodies of any type, and cuts a body that is too large instead of refusing it. */
  anyBody?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** Enough for a route with no body, or a small one. */
export const DEFAULT_BODY_BYTES = 65_536;

/** Rules of a route; a route has them from one decorator only. */
export function Rules(rules: RouteRules): MethodDecorator {
  return RouteConfig({ rules });
}

/** Opens a route to callers without a token. */
export const Public = (): MethodDecorator => Rules({ open: true });
