import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { DASHBOARD_PATH, HELP_PATH } from '@9volt/contracts';
import { AppLogger } from '@9volt/platform';
import type { FastifyInstance } from 'fastify';
import { guardCalls } from './calls/guard-calls.js';
import { CallsService } from './calls/calls.service.js';
import { boundAnswers } from './common/bounded-answers.js';
import { ByteBudget } from './common/byte-budget.js';
import { nameMethods } from './common/allowed-methods.js';
import { compressAnswers } from './common/compression.js';
import { ProblemWriter } from './common/problem-writer.js';
import { guardBodies, readBodies } from './common/request-bodies.js';
import { serveDashboard } from './ui/dashboard.js';
import { serveHelp } from './ui/help.js';

/** Eight of the longest bodies at once. Parsed, they take several times as much. */
const MAX_RECEIVED_BYTES = 32 * 1_048_576;
const MAX_SENT_BYTES = 128 * 1_048_576;

/**
 * Hooks and routes of Fastify itself, which Nest cannot express. The constructor adds all of them before Nest adds its routes and
 * starts Fastify: later ones would count for some routes only.
 */
@Injectable()
export class HttpSetup {
  constructor(host: HttpAdapterHost<FastifyAdapter>, problems: ProblemWriter, calls: CallsService, logger: AppLogger) {
    const fastify = host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (route) => {
      route.errorHandler ??= (error, request, reply) => problems.write(error, request, reply);
      // The dashboard, the documents and Swagger UI contain nothing of a cluster.
      if (isPage(route.url)) route.config = { ...route.config, rules: { open: true, page: true } };
    });
    nameMethods(fastify);
    guardCalls(fastify, calls);
    guardBodies(fastify);
    readBodies(fastify, new ByteBudget(MAX_RECEIVED_BYTES));
    compressAnswers(fastify);
    boundAnswers(fastify, new ByteBudget(MAX_SENT_BYTES));
    serveDashboard(fastify, logger.child('dashboard'));
    serveHelp(fastify);
  }
}

function isPage(url: string): boolean {
  return (
    url === '/' ||
    [DASHBOARD_PATH, HELP_PATH, '/docs', '/openapi.json', '/openapi-v2.json'].some((path) =>
      `${url}/`.startsWith(`${path}/`),
    )
  );
}
