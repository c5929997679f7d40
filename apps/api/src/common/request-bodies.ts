import type { FastifyInstance } from 'fastify';
import { UnsupportedMediaTypeException } from '@nestjs/common';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const API = '/api/';

/** A merge patch is JSON by another name. */
export function parseMergePatch(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, (request, body, done) =>
    parse(request, body as string, done),
  );
}

/**
 * The API takes nothing but JSON. Forms and plain text, which a page of another site could send without asking, are refused even
 * where the body would not be looked at.
 */
export function guardBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => {
    if (!request.url.startsWith(API)) return;
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (type === undefined && (length === undefined || length === '0') && encoding === undefined) return;
    const [media = ''] = (type ?? '').split(';');
    if (!JSON_TYPES.includes(media.trim().toLowerCase())) {
      throw new UnsupportedMediaTypeException(`Expected a body of type ${JSON_TYPES.join(' or ')}`);
    }
  });
}
