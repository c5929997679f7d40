import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppLogger } from '@9volt/platform';
import type { FastifyInstance } from 'fastify';
import { compressAnswers } from './common/compression.js';
import { ProblemWriter } from './common/problem-writer.js';
import { guardBodies, parseMergePatch } from './common/request-bodies.js';
import { SECURITY_HEADERS } from './common/security-headers.js';
import { serveDashboard } from './ui/dashboard.js';

/**
 * What Nest has no word for: hooks and routes of Fastify itself. All of it happens while this is constructed, before Nest adds its
 * routes and starts Fastify: what is added later counts for some routes and not for others.
 */
@Injectable()
export class HttpSetup {
  constructor(host: HttpAdapterHost<FastifyAdapter>, problems: ProblemWriter, logger: AppLogger) {
    const fastify = host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (route) => {
      route.errorHandler ??= (error, request, reply) => problems.write(error, request, reply);
    });
    fastify.addHook('onRequest', async (_request, reply) => {
      void reply.headers(SECURITY_HEADERS);
    });
    guardBodies(fastify);
    parseMergePatch(fastify);
    compressAnswers(fastify);
    serveDashboard(fastify, logger.child('dashboard'));
  }
}
