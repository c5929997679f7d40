import { HttpException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** A request whose path exists, but not for its method, is answered 405, with the methods in `Allow`. */
export function nameMethods(fastify: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: readonly string[] }[] = [];
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url.startsWith('/api/')) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const [path = ''] = request.url.split('?');
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods));
    if (allowed.size === 0) return;
    const names = [...allowed].sort().join(', ');
    void reply.header('Allow', names);
    throw new HttpException(`${request.method} is not possible here; expected ${names}`, 405);
  });
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${parts.join('/')}$`);
}
