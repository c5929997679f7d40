import { guarded } from '@9volt/contracts';
import { AppLogger, Metrics, NodeConfig } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PublicCache } from '../cache/public-cache.js';
import { ageOf } from './age.js';
import { StatusSite } from './status-site.js';

/** Renders what the cache knows, and answers the public addresses of this process. */
@Injectable()
export class StatusPagesService {
  readonly site: StatusSite;

  constructor(
    host: HttpAdapterHost<FastifyAdapter>,
    cache: PublicCache,
    { publicUrl }: NodeConfig,
    metrics: Metrics,
    logger: AppLogger,
  ) {
    const site = new StatusSite(publicUrl ?? '');
    this.site = site;
    const log = logger.child('status-pages');
    cache.listen(
      guarded('the status pages', (models) => {
        site.show(models, ageOf(cache.ageMs, Date.now()), Date.now());
        log.debug(`shows ${site.size} status pages`);
      }),
    );
    metrics.gauge('ninevolt_status_pages', 'Status pages that this process shows', [], (gauge) => gauge.set(site.size));
    metrics.gauge(
      'ninevolt_status_page_age_seconds',
      'Age of what the status pages show: 0 while etcd answers',
      [],
      (gauge) => gauge.set(Math.round(cache.ageMs / 1_000)),
    );
    metrics.counter('ninevolt_status_page_renders_total', 'Status pages made because they changed', [], (counter) => {
      counter.reset();
      counter.inc(site.renders);
    });
    serve(host.httpAdapter.getInstance<FastifyInstance>(), site);
  }
}

function serve(fastify: FastifyInstance, site: StatusSite): void {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, headers, body } = site.answer(request);
    return reply.status(status).headers(headers).send(body);
  };
  const config = { rules: { open: true, page: true, shared: true } };
  for (const path of [
    '/status/:page',
    '/status/:page/',
    '/badge/:page',
    '/badge/:page/:name',
    '/badge/:page/:name/uptime.svg',
  ]) {
    fastify.get(path, { config }, answer);
  }
}
