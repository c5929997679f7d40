import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { HELP_PATH } from '@9volt/contracts';
import type { FastifyInstance } from 'fastify';

const NOT_BUILT = '<!doctype html><title>9volt</title><p>The documents are not built; run npm run docs:site.';

/** The pages of docs/ as a static site under `/help/`. It loads nothing from elsewhere. */
export function serveHelp(fastify: FastifyInstance, root = helpRoot()): void {
  fastify.get(HELP_PATH, (_request, reply) => reply.redirect(`${HELP_PATH}/`));
  if (root === undefined || !existsSync(join(root, 'index.html'))) {
    fastify.get(`${HELP_PATH}/*`, (_request, reply) => reply.type('text/html; charset=utf-8').send(NOT_BUILT));
    return;
  }
  void fastify.register(fastifyStatic, {
    root,
    prefix: `${HELP_PATH}/`,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // The names of these change with their content.
      const isAsset = path.startsWith(join(root, 'assets'));
      void reply.header('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** The package with its files is found as it is installed; the API does not import it. */
function helpRoot(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('@9volt/docs/package.json')), 'dist');
  } catch {
    return undefined;
  }
}
