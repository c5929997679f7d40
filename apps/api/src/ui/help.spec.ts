import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { serveHelp } from './help.js';

describe('the documents', () => {
  let root: string;
  let fastify: FastifyInstance;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ninevolt-help-'));
    fastify = Fastify();
  });

  afterEach(async () => {
    await fastify.close();
    rmSync(root, { recursive: true });
  });

  const get = (url: string) => fastify.inject({ url });

  it('are served below /help/; only what changes its name with its content may be kept', async () => {
    mkdirSync(join(root, 'assets'));
    writeFileSync(join(root, 'index.html'), 'the index');
    writeFileSync(join(root, 'faq.html'), 'the questions');
    writeFileSync(join(root, 'assets', 'app.1234.js'), '1');
    writeFileSync(join(root, '..', 'secret'), 'a secret');
    serveHelp(fastify, root);
    expect((await get('/help')).headers.location).toBe('/help/');
    const index = await get('/help/');
    expect([index.body, index.headers['cache-control']]).toEqual(['the index', 'no-cache']);
    expect((await get('/help/faq.html')).body).toBe('the questions');
    const asset = await get('/help/assets/app.1234.js');
    expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect((await get('/help/none.html')).statusCode).toBe(404);
    for (const path of [
      '/help/../secret',
      '/help/%2e%2e/secret',
      '/help/..%2fsecret',
      '/help/assets/..%5c..%5csecret',
    ]) {
      expect((await get(path)).body).not.toContain('a secret');
    }
    rmSync(join(root, '..', 'secret'));
  });

  it('say how to build them', async () => {
    serveHelp(fastify, root);
    const { statusCode, body } = await get('/help/');
    expect(statusCode).toBe(200);
    expect(body).toContain('npm run docs:site');
  });
});
