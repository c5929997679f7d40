import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { waitFor } from '@9volt/etcd-dal/testing';
import { fastify } from 'fastify';
import { boundAnswers } from './bounded-answers.js';
import { ByteBudget } from './byte-budget.js';

it('limits long answers that nobody reads, and makes room when they are read', async () => {
  const server = fastify();
  const budget = new ByteBudget(20_000_000);
  boundAnswers(server, budget);
  server.get('/long', () => 'x'.repeat(8_000_000));
  server.get('/short', () => 'x');
  server.setErrorHandler((error, _request, reply) => reply.status(503).send({ message: (error as Error).message }));
  const url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const lazy = Array.from({ length: 5 }, () => {
    const socket = connect(Number(url.port), url.hostname).pause();
    socket.on('error', () => undefined).write('GET /long HTTP/1.1\r\nHost: x\r\n\r\n');
    return socket;
  });
  try {
    await waitFor(() => budget.taken === 16_000_000);
    const refused = await fetch(new URL('/long', url));
    expect([refused.status, (await fetch(new URL('/short', url))).status]).toEqual([503, 200]);
    for (const socket of lazy) socket.destroy();
    await waitFor(() => budget.taken === 0);
    expect((await (await fetch(new URL('/long', url))).text()).length).toBe(8_000_000);
    await waitFor(() => budget.taken === 0);
  } finally {
    await server.close();
  }
});
