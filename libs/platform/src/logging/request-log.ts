import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from './app-logger.js';

const HEADER = 'x-request-id';
/** A valid id of a caller. Anything else would make log lines unreadable, or arbitrarily long. */
const GIVEN = /^[\w.:-]{1,64}$/;

/** The id of a request in the log: the caller's own, so that one can follow a request through several systems, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[HEADER];
  return typeof given === 'string' && GIVEN.test(given) ? given : randomUUID();
}

/** Answers every request with its id, and logs it by its route, because an address may contain secrets. */
export function logRequests(fastify: FastifyInstance, log: Logger): void {
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header(HEADER, request.id);
  });
  fastify.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? 'no route';
    log.debug(`${request.method} ${route}: ${reply.statusCode}`, {
      request: request.id,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
    });
  });
}
