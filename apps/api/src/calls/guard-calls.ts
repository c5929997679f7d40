import type { FastifyInstance } from 'fastify';
import type { CallsService } from './calls.service.js';

const CALLED = '/api/v1/push/:token';

/**
 * Refuses calls with an unknown token before it reads their body: this route is open to strangers without an access token. Ignores
 * the slash that some clients add at the end of an address.
 */
export function guardCalls(fastify: FastifyInstance, calls: CallsService): void {
  fastify.addHook('onRoute', (route) => {
    if (route.url === CALLED && route.method !== 'HEAD') fastify.route({ ...route, url: `${CALLED}/` });
  });
  fastify.addHook('onRequest', async ({ routeOptions: { url }, params }) => {
    if (url === CALLED || url === `${CALLED}/`) calls.assertKnown((params as { token: string }).token);
  });
}
