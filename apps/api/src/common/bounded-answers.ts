import { DomainError } from '@9volt/contracts';
import type { FastifyInstance } from 'fastify';
import type { ByteBudget } from './byte-budget.js';

/** Shorter ones are not worth counting, and a refusal is one. */
const COUNTED_BYTES = 65_536;

/** Long answers are refused while others that nobody takes fill the memory. An answer of which nothing is taken is given up by the connection's time limit. */
export function boundAnswers(fastify: FastifyInstance, budget: ByteBudget): void {
  fastify.addHook('onSend', async (_request, reply, payload) => {
    if (!(typeof payload === 'string' || Buffer.isBuffer(payload)) || payload.length < COUNTED_BYTES) return payload;
    const share = budget.share();
    if (!share.take(payload.length)) {
      reply.removeHeader('Content-Encoding').removeHeader('Content-Length');
      throw new DomainError('unavailable', 'Too many long answers are waiting to be taken; try again');
    }
    reply.raw.once('close', () => share.release());
    return payload;
  });
}
