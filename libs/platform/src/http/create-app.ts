import { ownOf } from '@9volt/contracts/by-name';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NodeConfig } from '../config/node-config.js';
import type { AppLogger } from '../logging/app-logger.js';
import { logRequests, requestIdOf } from '../logging/request-log.js';
import { limitConnections } from './connection-limits.js';
import { standInFront } from './front.js';
import { DEFAULT_BODY_BYTES } from './route-rules.js';
import { DEFAULT_HEADERS } from './security-headers.js';

export interface HttpTimeouts {
  /** Time until the headers of a request have come. */
  headersMs: number;
  /** Time until the whole request has come. */
  requestMs: number;
  /**
   * Time without a byte sent or received. Longer than any answer takes (60 s), and than the pause between two lines of the live
   * stream.
   */
  idleMs: number;
  /** How often the first two are checked. */
  everyMs: number;
}

const TIMEOUTS: HttpTimeouts = { headersMs: 15_000, requestMs: 30_000, idleMs: 90_000, everyMs: 2_000 };

/** The application of a node, before it listens: with everything that runs before its routes. */
export async function createApp(
  module: DynamicModule,
  config: NodeConfig,
  logger: AppLogger,
  { headersMs, requestMs, idleMs, everyMs }: HttpTimeouts = TIMEOUTS,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: DEFAULT_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1_024 },
    genReqId: requestIdOf,
    connectionTimeout: idleMs,
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: everyMs },
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      // No hook has run yet.
      void reply.headers(DEFAULT_HEADERS).send(error);
    },
    clientErrorHandler: answerUnreadable,
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  const log = logger.child('http');
  limitConnections(fastify.server, config.limits, log);
  logRequests(fastify, log);
  standInFront(fastify, config);
  // A role that accepts bodies says so.
  fastify.removeAllContentTypeParsers();
  return NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: logger.forNest(),
    abortOnError: false,
    bodyParser: false,
  });
}

const UNREADABLE: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** An invalid request, or none in time. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = ownOf(UNREADABLE, error.code ?? '') ?? 400;
  const title = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ message: title, status });
  const headers = {
    ...DEFAULT_HEADERS,
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // Destroy it only once the answer was sent, or cannot be sent.
  if (socket.writable) socket.end(`HTTP/1.1 ${status} ${title}\r\n${head.join('')}\r\n${body}`, () => socket.destroy());
  else socket.destroy();
}
