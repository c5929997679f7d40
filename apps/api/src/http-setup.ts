import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppLogger } from '@9volt/platform';
import { guardBodies, parseMergePatch } from './common/request-bodies.js';
import { SECURITY_HEADERS } from './common/security-headers.js';
import { serveDashboard } from './ui/dashboard.js';

/** What Nest has no word for: hooks and routes of Fastify itself. */
@Injectable()
export class HttpSetup implements OnModuleInit {
  private readonly fastify: FastifyInstance;

  constructor(
    host: HttpAdapterHost<FastifyAdapter>,
    private readonly logger: AppLogger,
  ) {
    this.fastify = host.httpAdapter.getInstance<FastifyInstance>();
    // Before any route is added: content types are looked up when a route is.
    parseMergePatch(this.fastify);
  }

  async onModuleInit(): Promise<void> {
    this.fastify.addHook('onRequest', async (_request, reply) => {
      void reply.headers(SECURITY_HEADERS);
    });
    guardBodies(this.fastify);
    await serveDashboard(this.fastify, this.logger.child('dashboard'));
  }
}
