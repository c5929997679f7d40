import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { serveDashboard } from './dashboard.js';

let root: string;
let fastify: FastifyInstance;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ninevolt-dashboard-'));
  fastify = Fastify();
});

afterEach(async () => {
  await fastify.close();
  rmSync(root, { recursive: true });
});

it('is the version on the disk, also after an update under a running API', async () => {
  const body = async (): Promise<string> => (await fastify.inject({ url: '/ui/monitors' })).body;
  mkdirSync(join(root, 'assets'));
  writeFileSync(join(root, 'index.html'), 'one.js');
  serveDashboard(fastify, { warn: () => undefined }, root);
  expect(await body()).toBe('one.js');
  writeFileSync(join(root, 'index.html'), 'two.js');
  expect(await body()).toBe('two.js');
  // In the middle of an update.
  rmSync(join(root, 'index.html'));
  expect(await body()).toBe('two.js');
});
