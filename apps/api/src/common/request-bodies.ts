import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { DomainError, guarded } from '@9volt/contracts';
import { DEFAULT_BODY_BYTES, type RouteRules } from '@9volt/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ByteBudget } from './byte-budget.js';
import { assertShape } from './json-shape.js';
import { readBytes } from './read-bytes.js';

const JSON_TYPES = ['application/json', 'application/merge-patch+json'];
const API = '/api/';

/** A configuration with its names and escapes; a stored one has at most 256 KiB. */
export const CONFIG_BODY_BYTES = 1_048_576;
/** Many of them at once. */
export const BULK_BODY_BYTES = 4 * 1_048_576;

/** The body of a route that accepts any type. */
export class SentBody {
  constructor(
    /** As it was sent, with its parameters. Empty if there was none. */
    readonly type: string,
    readonly bytes: Buffer,
    /** As `Content-Encoding` says. */
    readonly encoding: string,
    /** There was more than this route accepts, or than there is room for at present. */
    readonly cut: boolean,
  ) {}
}

/**
 * The API accepts only JSON. It refuses forms and plain text, which a page of another site could send without a preflight, before
 * it reads them, even if it would ignore the body. An empty body is fine, whatever its declared type.
 */
export function guardBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ url, raw: { headers }, routeOptions }) => {
    if (!url.startsWith(API)) return;
    if (!hasBody(headers)) {
      delete headers['content-type'];
      return;
    }
    const rules = routeOptions.config.rules ?? {};
    if (rules.anyBody === true) {
      // Fastify itself refuses invalid types.
      headers[SENT_TYPE] = headers['content-type'] ?? '';
      delete headers['content-type'];
      return;
    }
    const [media = ''] = (headers['content-type'] ?? '').split(';');
    if (!JSON_TYPES.includes(media.trim().toLowerCase())) {
      throw new UnsupportedMediaTypeException(`Expected a body of type ${JSON_TYPES.join(' or ')}`);
    }
    if (Number(headers['content-length']) > limitOf(rules)) throw tooLarge(rules);
  });
}

/** Not a valid name of a charset. */
const SENT_TYPE = ':content-type';

/** Reads bodies, no more at once than `budget` permits, and parses them unless their route accepts any type. */
export function readBodies(fastify: FastifyInstance, budget: ByteBudget): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  const parsed = (request: FastifyRequest, bytes: Buffer): Promise<unknown> => {
    assertShape(bytes);
    return new Promise((resolve, reject) => {
      void parse(request, bytes.toString('utf8'), (error, body) => (error ? reject(error) : resolve(body)));
    });
  };
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (request.is404) return undefined;
    const rules = request.routeOptions.config.rules ?? {};
    const share = budget.share();
    payload.once(
      'close',
      guarded('the end of a body', () => share.release()),
    );
    const { bytes, end } = await readBytes(payload, limitOf(rules), share);
    // The rest would cost as much, read or not.
    if (end === 'in-crumbs') payload.destroy();
    if (rules.anyBody === true) {
      const { headers } = request.raw;
      return new SentBody(String(headers[SENT_TYPE] ?? ''), bytes, headers['content-encoding'] ?? '', end !== 'whole');
    }
    if (end === 'too-long') throw tooLarge(rules);
    if (end === 'in-crumbs') throw new DomainError('invalid', 'The body arrives in too many pieces; send larger ones');
    if (end === 'no-room') throw new DomainError('unavailable', 'The API is receiving too much data; try again later');
    return bytes.length === 0 ? undefined : parsed(request, bytes);
  });
}

function hasBody(headers: IncomingMessage['headers']): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || Number(length) !== 0;
}

function limitOf({ bodyBytes = DEFAULT_BODY_BYTES }: RouteRules): number {
  return bodyBytes;
}

function tooLarge(rules: RouteRules): DomainError {
  return new DomainError('too-large', `The body is too large; expected at most ${limitOf(rules) / 1_024} KiB`);
}
