import type { FastifyInstance } from 'fastify';
import type { CallsService } from './calls.service.js';

const CALLED = '/api/v1/push/:token';

/**
 * Refuses calls with a token that no monitor has before anything of their body is read: without an access token this is what strangers
 * can reach. The slash that some clients put at the end of an address changes nothing.
 */
export function guardCalls(fastify: FastifyInstance, calls: CallsService): void {
  fastify.addHook('onRoute', (route) => {
    if (route.url === CALLED && route.method !== 'HEAD') fastify.route({ ...route, url: `${CALLED}/` });
  });
  fastify.addHook('onRequest', async ({ routeOptions: { url }, params }) => {
    if (url === CALLED || url === `${CALLED}/`) calls.assertKnown((params as { token: string }).token);
  });
}
