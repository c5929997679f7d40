import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { Cluster, waitFor } from '../harness/index.js';
import { buildImage, Container, podman } from './harness/index.js';

const MINUTE = 60_000;
const TOKEN = 'a-token-of-this-test';
const USER = '10001';

interface ImageConfig {
  Size: number;
  Config: {
    User: string;
    Entrypoint: string[];
    Cmd: string[];
    Env: string[];
    ExposedPorts: Record<string, unknown>;
  };
  /** podman shows it here. */
  Healthcheck: { Test: string[] };
}

describe('the image', () => {
  let image: string;
  let plugins: string;
  let cluster: Cluster;
  let target: Awaited<ReturnType<typeof startHttpTarget>>;
  let secrets: string;
  const containers: Container[] = [];

  beforeAll(async () => {
    cluster = await Cluster.start();
    target = cluster.use(await startHttpTarget());
    secrets = mkdtempSync(join(tmpdir(), 'ninevolt-image-'));
    // The user of the image differs from ours.
    chmodSync(secrets, 0o755);
    writeFileSync(join(secrets, 'access-tokens'), `${TOKEN}\n`, { mode: 0o644 });
    image = await buildImage();
    plugins = await buildImage('worker-plugins');
  }, 45 * MINUTE);

  afterAll(async () => {
    await Promise.all(containers.map((container) => container.remove()));
    await cluster.stop();
    rmSync(secrets, { recursive: true });
  }, MINUTE);

  const inspect = async (name: string): Promise<ImageConfig> =>
    (JSON.parse(await podman(['image', 'inspect', name])) as ImageConfig[])[0] as ImageConfig;

  async function start(
    name: string,
    command: string[],
    options: string[] = [],
  ): Promise<{ container: Container; url: string }> {
    const address = `127.0.0.1:${await unusedPort()}`;
    const container = await Container.start({
      image: name,
      command,
      env: {
        NINEV_ETCD_MEMBERS: cluster.etcd.endpoint,
        NINEV_LISTEN_ADDRESS: address,
        NINEV_ACCESS_TOKENS_FILE: '/run/secrets/access-tokens',
        NINEV_EXEC_ALLOW: 'any',
      },
      options: ['--security-opt', 'no-new-privileges', '--volume', `${secrets}:/run/secrets:ro`, ...options],
    });
    containers.push(container);
    return { container, url: `http://${address}` };
  }

  const membersNamed = async (part: string): Promise<string[]> =>
    [...(await cluster.list<{ Name: string }>(cluster.keys.members)).values()]
      .map(({ Name }) => Name)
      .filter((name) => name.includes(part));

  it('runs as a user without privileges, with an init, and has a health check', async () => {
    for (const name of [image, plugins]) {
      const { Config, Healthcheck } = await inspect(name);
      expect(Config).toMatchObject({
        User: `${USER}:${USER}`,
        Entrypoint: ['tini', '--', '9volt'],
        Cmd: ['--help'],
        ExposedPorts: { '8080/tcp': {} },
      });
      expect(Healthcheck.Test).toEqual(['CMD', '9volt', 'health', '--live']);
      expect(Config.Env).toEqual(
        expect.arrayContaining([
          'NODE_ENV=production',
          'NODE_OPTIONS=--max-semi-space-size=4',
          'NINEV_LISTEN_ADDRESS=0.0.0.0:8080',
        ]),
      );
    }
  });

  it(
    'holds what runs, and nothing that only builds or tests',
    async () => {
      const installed = '/usr/local/lib/node_modules/9volt/node_modules';
      const { output } = await ask(image, ['ls', installed, `${installed}/@9volt`]);
      const names = output.split(/\s+/);
      expect(names).toEqual(expect.arrayContaining(['@nestjs', 'etcd3', 'worker', 'scheduler', 'api', 'ui', 'cli']));
      const unwanted =
        /^(?:typescript|@types|nx|@nx|jest|@jest|@swc|eslint|vite|react|react-dom|@mantine|oxfmt|@oxfmt|e2e)$/;
      expect(names.filter((name) => unwanted.test(name))).toEqual([]);
      const leftovers = await ask(image, [
        'find',
        '/usr/local/lib/node_modules/9volt',
        '-name',
        '*.map',
        '-o',
        '-name',
        '*.ts',
        '-o',
        '-name',
        '*.spec.js',
      ]);
      expect(leftovers.output).toBe('');
      // Traces of the build: its sources, npm's cache, apt's lists.
      expect((await ask(image, ['ls', '/src'])).code).not.toBe(0);
      expect((await ask(image, ['ls', '/var/lib/apt/lists'])).output).toBe('');
      const base = JSON.parse(await podman(['images', '--format', 'json'])) as { Names?: string[]; Size: number }[];
      const sizes = base.map(({ Names = [], Size }) => `${Names[0] ?? '-'} ${Math.round(Size / 1_000_000)} MB`);
      const { output: own } = await ask(image, ['du', '-sm', '/usr/local/lib/node_modules/9volt']);
      console.info(
        `9volt in the image: ${own.split('\t')[0]} MB; images: ${sizes.filter((s) => s.includes('9volt')).join(', ')}`,
      );
      expect(Number(own.split('\t')[0])).toBeLessThan(80);
    },
    2 * MINUTE,
  );

  /** Runs another command than 9volt in a new container. */
  async function ask(name: string, command: string[]): Promise<{ code: number; output: string }> {
    const container = await Container.start({
      image: name,
      command: ['3600'],
      env: {},
      options: ['--entrypoint', 'sleep'],
    });
    try {
      return await container.exec(...command);
    } finally {
      await container.remove();
    }
  }

  it(
    'tells how it is used when it is told nothing',
    async () => {
      const container = await Container.start({ image, command: [], env: {} });
      containers.push(container);
      await waitFor(async () => (await container.output()).includes('Usage: 9volt'), { timeoutMs: MINUTE });
    },
    2 * MINUTE,
  );

  it(
    'is every role of a cluster: a check turns green, and each leaves in good order',
    async () => {
      const scheduler = await start(image, ['scheduler', '--member-id', 's1']);
      const worker = await start(image, ['worker', '--member-id', 'w1']);
      const api = await start(image, ['api', '--member-id', 'a1']);
      const roles = [scheduler, worker, api];
      for (const { url, container } of roles) {
        await waitFor(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200, {
          timeoutMs: 2 * MINUTE,
          what: `readiness of ${url}`,
        }).catch(async (error: Error) => {
          throw new Error(`${error.message}\n${await container.output()}`);
        });
        // On a busy machine an answer may come too late for one of them.
        await waitFor(() => container.isHealthy(), { timeoutMs: MINUTE, what: 'health' });
        expect(await container.exec('9volt', 'health')).toMatchObject({ code: 0, output: 'ready\n' });
      }

      const call = (path: string, init: RequestInit = {}): Promise<Response> =>
        fetch(`${api.url}/api/v1/${path}`, {
          ...init,
          headers: { 'x-access-token': TOKEN, 'content-type': 'application/json' },
        });
      expect((await fetch(`${api.url}/api/v1/state`)).status).toBe(401);
      const web = { type: 'http', host: target.host, port: target.port, interval: '1s' };
      expect((await call('monitor/web', { method: 'PUT', body: JSON.stringify(web) })).status).toBeLessThan(300);
      await waitFor(async () => ((await (await call('state/web')).json()) as { status?: string }).status === 'ok', {
        timeoutMs: MINUTE,
      });
      expect((await fetch(`${api.url}/ui/`)).status).toBe(200);

      expect((await worker.container.exec('id', '-u')).output).toBe(`${USER}\n`);
      expect((await worker.container.exec('touch', '/var/lib/ninevolt/x')).output).toMatch(/Read-only file system/);
      const { output: status } = await worker.container.exec('cat', '/proc/1/status');
      expect(status).toMatch(/^Name:\s+tini$/m);
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);

      for (const { container } of [worker, scheduler, api]) expect(await container.stop()).toBe(0);
      // Given back at once, without waiting for a timeout.
      expect(await membersNamed('1')).toEqual([]);
    },
    6 * MINUTE,
  );

  it(
    'runs plugins and pings, reaps what they leave behind, and hands over when told to leave',
    async () => {
      const netRaw = ['--cap-add', 'NET_RAW', '--security-opt', 'seccomp=unconfined'];
      await start(image, ['scheduler', '--member-id', 's2']);
      const first = await start(plugins, ['worker', '--member-id', 'w2'], netRaw);
      const http = { type: 'exec', nagios: true, command: '/usr/lib/nagios/plugins/check_tcp' };
      const orphan = { type: 'exec', command: '/bin/sh', args: ['-c', 'setsid sh -c "sleep 0.3 & exit 0"; exit 0'] };
      await cluster.put(cluster.keys.monitor('ping'), { type: 'icmp', host: '127.0.0.1', interval: '2s' });
      await cluster.put(cluster.keys.monitor('port'), {
        ...http,
        args: ['-H', target.host, '-p', String(target.port)],
        interval: '2s',
      });
      await cluster.put(cluster.keys.monitor('orphan'), { ...orphan, interval: '1s' });
      for (const name of ['port', 'orphan', 'ping']) {
        await waitFor(async () => (await cluster.statusOf(name)) === 'ok', { timeoutMs: MINUTE, what: name }).catch(
          async (error: Error) => {
            const state = await cluster.get(cluster.keys.state(name));
            throw new Error(`${error.message}: ${JSON.stringify(state)}\n${await first.container.output()}`);
          },
        );
      }
      for (let look = 0; look < 5; look++) {
        expect((await first.container.processes()).filter((line) => line.startsWith('Z'))).toEqual([]);
      }

      const second = await start(plugins, ['worker', '--member-id', 'w3'], netRaw);
      await waitFor(async () => (await membersNamed('w3')).length === 1, { timeoutMs: MINUTE });
      expect(await first.container.stop()).toBe(0);
      expect(await membersNamed('w2')).toEqual([]);
      const owned = async (): Promise<string[]> => [...(await cluster.list(cluster.keys.assignments)).keys()];
      const areMoved = (keys: string[]): boolean => keys.length >= 3 && keys.every((key) => key.startsWith('w3'));
      await waitFor(async () => areMoved(await owned()), {
        timeoutMs: MINUTE,
        what: 'all monitors at the other worker',
      });
      expect(await second.container.stop()).toBe(0);
    },
    6 * MINUTE,
  );
});
