import { DomainError, guarded } from '@9volt/contracts';
import type { FastifyInstance } from 'fastify';
import type { ByteBudget } from './byte-budget.js';

/** Shorter ones are not counted, and a refusal is short. */
const COUNTED_BYTES = 65_536;

/** Refuses long answers while unread ones fill the memory. The connection's time limit ends an answer that nobody reads. */
export function boundAnswers(fastify: FastifyInstance, budget: ByteBudget): void {
  fastify.addHook('onSend', async (_request, reply, payload) => {
    if (!(typeof payload === 'string' || Buffer.isBuffer(payload)) || payload.length < COUNTED_BYTES) return payload;
    const share = budget.share();
    if (!share.take(payload.length)) {
      reply.removeHeader('Content-Encoding').removeHeader('Content-Length');
      throw new DomainError('unavailable', 'The API is sending too many large answers; try again later');
    }
    reply.raw.once(
      'close',
      guarded('the end of an answer', () => share.release()),
    );
    return payload;
  });
}
