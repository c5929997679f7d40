import { request } from 'node:http';
import type { Role } from '@9volt/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster, type NodeProcess, run9volt } from '../harness/index.js';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

const ask = (node: NodeProcess, path: string, headers: Record<string, string>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(`${node.url}${path}`, { headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });

const ROLES: Role[] = ['scheduler', 'worker', 'api'];
const FOREIGN: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'http://evil.example.com' },
  { origin: 'null' },
];
const TOKEN = 'a-token-of-this-story';

describe.each<[string, string[], Record<string, string>]>([
  ['on loopback', [], {}],
  ['with --insecure', ['--insecure'], {}],
  ['with tokens', [], { NINEV_ACCESS_TOKENS: TOKEN }],
])('the ports of all roles %s', (mode, args, env) => {
  let cluster: Cluster;
  const nodes = new Map<Role, NodeProcess>();

  beforeAll(async () => {
    cluster = await Cluster.start();
    for (const role of ROLES) nodes.set(role, await cluster.starting(role, { args, env }));
    await Promise.all([...nodes.values()].map((node) => node.ready()));
  });
  afterAll(() => cluster.stop());

  const guarded = mode === 'with tokens';
  const given: Record<string, string> = guarded ? { 'x-access-token': TOKEN } : {};

  it.each(ROLES)('refuse pages of other sites: %s', async (role) => {
    const node = nodes.get(role) as NodeProcess;
    for (const path of ['/metrics', '/status/errors', '/livez', '/readyz', '/version', '/nothing']) {
      for (const host of ['evil.example.com', '0.0.0.0', '[::ffff:127.0.0.1]', 'localhost.evil.example.com']) {
        // A page has no token, so its name does not matter if one is required.
        if (!guarded) expect([path, host, (await ask(node, path, { host })).status]).toEqual([path, host, 403]);
      }
      for (const headers of FOREIGN) {
        expect([path, headers, (await ask(node, path, headers)).status]).toEqual([path, headers, 403]);
      }
    }
    const status = (await ask(node, '/metrics', {})).status;
    expect([status, (await ask(node, '/metrics', given)).status]).toEqual([guarded ? 401 : 200, 200]);
  });

  it.each(ROLES)('answer every request with the headers that protect a browser: %s', async (role) => {
    const node = nodes.get(role) as NodeProcess;
    for (const path of [
      '/metrics',
      '/status/errors',
      '/livez',
      '/readyz',
      '/nothing',
      '/%zz',
      `/${'x'.repeat(1_100)}`,
    ]) {
      const { headers } = await ask(node, path, given);
      expect([path, headers['cache-control'], headers['x-content-type-options'], headers['x-frame-options']]).toEqual([
        path,
        'no-store',
        'nosniff',
        'DENY',
      ]);
    }
  });

  it.each(ROLES)('say at the start when there are no tokens: %s', (role) => {
    const { output } = nodes.get(role) as NodeProcess;
    expect(output.includes('no access tokens are set')).toBe(!guarded);
  });
});

describe('invalid tokens', () => {
  it.each<Record<string, string>>([
    { NINEV_ACCESS_TOKENS: '' },
    { NINEV_ACCESS_TOKENS: 'a' },
    { NINEV_ACCESS_TOKENS_FILE: '/dev/null' },
  ])('are refused at the start of every role: %j', async (env) => {
    for (const role of env['NINEV_ACCESS_TOKENS'] === '' ? [...ROLES, 'server'] : ['worker']) {
      const { code, stderr } = await run9volt([role, '--listen', '127.0.0.1:0'], { env });
      expect([role, code, stderr]).toEqual([role, 1, expect.stringMatching(/NINEV_ACCESS_TOKENS(_FILE)?: /)]);
    }
  });
});
