import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Less than this gains nothing. */
const WORTH_BYTES = 16_384;

const compress = promisify(gzip);

/** Sends long answers compressed to clients that accept that: ten thousand states become a tenth of their size. */
export function compressAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < WORTH_BYTES || reply.hasHeader('Content-Encoding'))
      return payload;
    void reply.header('Vary', 'Accept-Encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    // Fast rather than small; it runs outside of this thread.
    const compressed = await compress(payload, { level: constants.Z_BEST_SPEED });
    void reply.headers({ 'Content-Encoding': 'gzip', 'Content-Length': compressed.length });
    return compressed;
  });
}

/** The relevant part of RFC 9110, section 12.5.3: `gzip` by name, and not refused by a weight of 0. */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  return [accepted ?? []]
    .flat()
    .join(',')
    .split(',')
    .some((part) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part));
}
