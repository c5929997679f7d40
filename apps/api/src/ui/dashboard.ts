import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { DASHBOARD_PATH } from '@9volt/contracts';
import { DASHBOARD_POLICY, type Logger } from '@9volt/platform';

const NOT_BUILT =
  '<!doctype html><title>9volt</title><p>The dashboard is not built; run npm run build. The API documentation is at <a href="/docs">/docs</a>.';

/** The dashboard under `/ui/`. Any path below it that is not a file is a page of its own routing. */
export function serveDashboard(fastify: FastifyInstance, log: Pick<Logger, 'warn'>, root = dashboardRoot()): void {
  fastify.get('/', (_request, reply) => reply.redirect(`${DASHBOARD_PATH}/`));
  fastify.get(DASHBOARD_PATH, (_request, reply) => reply.redirect(`${DASHBOARD_PATH}/`));
  const built = root !== undefined && existsSync(join(root, 'index.html'));
  if (!built) log.warn('the dashboard is not built; run npm run build');
  let page = built ? readFileSync(join(root, 'index.html'), 'utf8') : NOT_BUILT;
  fastify.get(`${DASHBOARD_PATH}/*`, async (_request, reply) => {
    // It names the files of its version, and an update replaces them while this process runs; it may be away for a moment then.
    if (built) page = await readFile(join(root, 'index.html'), 'utf8').catch(() => page);
    return reply
      .type('text/html; charset=utf-8')
      .headers({ 'Cache-Control': 'no-cache', 'Content-Security-Policy': DASHBOARD_POLICY })
      .send(page);
  });
  if (!built) return;
  serveLicences(fastify, join(root, 'licences.txt'));
  if (!existsSync(join(root, 'assets'))) return;
  void fastify.register(fastifyStatic, {
    root: join(root, 'assets'),
    prefix: `${DASHBOARD_PATH}/assets/`,
    decorateReply: false,
    index: false,
    preCompressed: true,
    // Their names change with their content.
    immutable: true,
    maxAge: '365d',
  });
}

/** The licences of the packages whose code is in the dashboard's files. */
function serveLicences(fastify: FastifyInstance, file: string): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8');
  fastify.get(`${DASHBOARD_PATH}/licences.txt`, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').header('Cache-Control', 'no-cache').send(text),
  );
}

/** The package with its files is found as it is installed; the API does not import it. */
function dashboardRoot(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@9volt/ui/package.json')), 'dist');
  } catch {
    return undefined;
  }
}
