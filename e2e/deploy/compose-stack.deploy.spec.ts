import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Member } from '@9volt/contracts';
import { EtcdClient, type EtcdOptions, Keyspace } from '@9volt/etcd-dal';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { MAIN, waitFor } from '../harness/index.js';
import {
  COMPOSE_DIR,
  type ComposeService,
  composeServices,
  nodesAmong,
  ROOT,
  run,
  Service,
  startedWith,
  variablesOf,
} from './harness/index.js';

const MINUTE = 60_000;
const keys = new Keyspace('9volt');

const IN_THE_IMAGE = { '/usr/local/lib/node_modules/9volt/etcd': join(ROOT, 'etcd') };

/** The services of `docker compose up`, as processes of this host: host names become ports, volumes become directories. */
class Stack {
  readonly services = new Map<string, Service>();
  private readonly ports = new Map<string, number>();

  private constructor(
    private readonly started: ReadonlyMap<string, ComposeService>,
    readonly home: string,
  ) {}

  static async up(envFile: string): Promise<Stack> {
    const file = await run('docker-compose', ['--env-file', envFile, 'config'], { cwd: COMPOSE_DIR });
    const profiles = variablesOf(envFile)['COMPOSE_PROFILES']?.split(',') ?? [];
    const started = startedWith(composeServices(file), profiles);
    const stack = new Stack(started, mkdtempSync(join(tmpdir(), 'ninevolt-stack-')));
    for (const name of started.keys())
      for (const port of [2379, 2380, 8080]) stack.ports.set(`${name}:${port}`, await unusedPort());
    await stack.toItsEnd('setup');
    for (const [name, { image }] of started) if (image.includes('etcd')) stack.start(name, ['etcd']);
    await stack.toItsEnd('access');
    for (const [name, { command = [] }] of nodesAmong(started))
      stack.start(name, [process.execPath, MAIN, ...command], { NINEV_LISTEN_ADDRESS: `0.0.0.0:8080` });
    return stack;
  }

  address(service: string, port: number): string {
    return `127.0.0.1:${this.ports.get(`${service}:${port}`)}`;
  }

  /** The credentials of an etcd user. */
  accessOf(user: string): Pick<EtcdOptions, 'ca' | 'cert' | 'key'> {
    const [ca, cert, key] = ['ca.crt', 'tls.crt', 'tls.key'].map((name) =>
      readFileSync(join(this.volume(`tls-${user}`), name)),
    );
    return { ca, cert, key } as Pick<EtcdOptions, 'ca' | 'cert' | 'key'>;
  }

  /** The directory of a named volume on this host; those of certificates are mounted side by side. */
  volume(name: string): string {
    return join(this.home, name.replace(/^tls-/, 'tls/'));
  }

  /** A service that others wait for. */
  private async toItsEnd(name: string): Promise<void> {
    const { entrypoint = [], command = [], environment = {}, volumes = [] } = this.started.get(name) as ComposeService;
    for (const [source = ''] of volumes.map((volume) => volume.split(':')))
      if (!source.includes('/')) mkdirSync(this.volume(source), { recursive: true });
    const [shell = '', ...args] = [...entrypoint, ...command].map((part) => this.here(name, part));
    await run(shell, args, { env: this.envOf(name, environment) });
  }

  private start(name: string, command: readonly string[], more: Record<string, string> = {}): void {
    const { environment = {}, hostname } = this.started.get(name) as ComposeService;
    this.services.set(name, Service.start(command, this.envOf(name, { ...environment, ...more }), hostname));
  }

  /** Without the variables that whoever starts it did not set. */
  private envOf(service: string, environment: Record<string, string | null>): Record<string, string> {
    const set = Object.entries(environment).flatMap(([key, value]) =>
      value === null ? [] : [[key, this.here(service, value)]],
    );
    return Object.fromEntries(set) as Record<string, string>;
  }

  /** A text of the file with this host's addresses and directories instead of those of the containers. */
  private here(service: string, text: string): string {
    const { volumes = [] } = this.started.get(service) as ComposeService;
    const addressed = text.replaceAll(/\b([\w.-]+):(2379|2380|8080)\b/g, (whole, host: string, port: string) =>
      host === '0.0.0.0'
        ? this.address(service, Number(port))
        : this.started.has(host)
          ? this.address(host, Number(port))
          : whole,
    );
    const mounts = volumes
      .map((volume) => volume.split(':'))
      .map(([source = '', path = '']) => [path, source.includes('/') ? source : this.volume(source)]);
    const places = [...mounts, ...Object.entries(IN_THE_IMAGE), ['/var/lib/ninevolt-tls', join(this.home, 'tls')]];
    const [, place] = places.find(([path = '']) => addressed === path || addressed.startsWith(`${path}/`)) ?? [];
    const [path = ''] = places.find(([, there]) => there === place) ?? [];
    return place === undefined ? addressed : place + addressed.slice(path.length);
  }

  /** Their exit codes. */
  async down(): Promise<Record<string, number | undefined>> {
    const nodes = [...this.services].filter(([name]) => !name.startsWith('etcd'));
    const codes = await Promise.all(nodes.map(async ([name, node]) => [name, await node.stop()] as const));
    for (const service of this.services.values()) await service.stop();
    rmSync(this.home, { recursive: true });
    return Object.fromEntries(codes);
  }
}

describe.each(['.env', 'ha.env'])('docker compose --env-file %s up', (envFile) => {
  let stack: Stack | undefined;
  let client: EtcdClient | undefined;

  afterAll(async () => {
    client?.close();
    await stack?.down();
  }, 2 * MINUTE);

  it(
    'is the cluster that the file describes, and leaves in good order',
    async () => {
      const target = await startHttpTarget();
      const up = (stack = await Stack.up(envFile));
      const etcds = [...up.services.keys()].filter((name) => name.startsWith('etcd'));
      const members = etcds.map((name) => `https://${up.address(name, 2379)}`);
      client = new EtcdClient({ members, ...up.accessOf('api') });
      const etcd = client;
      const read = async <T>(prefix: string): Promise<T[]> =>
        (await etcd.list(prefix)).entries.map(({ value }) => JSON.parse(value.toString()) as T);

      await waitFor(async () => (await read(keys.members).catch(() => [])).length === 6, {
        timeoutMs: 2 * MINUTE,
        what: 'six members',
      }).catch((error: Error) => {
        throw new Error(
          [error.message, ...[...up.services].map(([name, { output }]) => `${name}: ${output.slice(-600)}`)].join('\n'),
        );
      });
      const described = (await read<Member>(keys.members)).map(({ Hostname, Role, Tags = [] }) =>
        [Hostname, Role, ...Tags].join(' '),
      );
      expect(described.sort()).toEqual([
        'api api',
        'scheduler-1 scheduler',
        'scheduler-2 scheduler',
        'worker-1 worker',
        'worker-2 worker',
        'worker-dmz worker dmz',
      ]);

      // etcd accepts nobody without a certificate, and a client with one may do what its user may, and no more.
      const writing = { compare: [], then: [{ put: keys.monitor('x'), value: '{}' }] };
      const worker = new EtcdClient({ members, ...up.accessOf('worker') });
      await expect(worker.txn(writing)).rejects.toMatchObject({ kind: 'denied' });
      worker.close();
      const nobody = new EtcdClient({ members, ca: up.accessOf('worker').ca as Buffer, callTimeoutMs: 3_000 });
      await expect(nobody.get(keys.config)).rejects.toMatchObject({ kind: 'unavailable' });
      nobody.close();
      // etcd's own log shows the attempts above.
      const nodes = [...up.services].filter(([name]) => !name.startsWith('etcd'));
      expect(nodes.filter(([, { output }]) => /denied|not granted/.test(output)).map(([name]) => name)).toEqual([]);

      const tokensFile = join(up.volume('tokens'), 'access-tokens');
      const [token = '', ofPrometheus] = readFileSync(tokensFile, 'utf8').trim().split(',');
      expect(token).toMatch(/^[0-9a-f]{48}$/);
      expect(readFileSync(join(up.volume('prometheus-token'), 'token'), 'utf8')).toBe(ofPrometheus);
      expect(statSync(tokensFile).mode & 0o777).toBe(0o600);
      const api = `http://${up.address('api', 8080)}/api/v1`;
      const call = (path: string, init: RequestInit = {}): Promise<Response> =>
        fetch(`${api}/${path}`, { ...init, headers: { 'x-access-token': token, 'content-type': 'application/json' } });
      expect((await fetch(`${api}/state`)).status).toBe(401);

      const web = { type: 'http', host: target.host, port: target.port, interval: '1s' };
      for (const [name, monitor] of Object.entries({ inside: web, outside: { ...web, 'member-tag': 'dmz' } }))
        expect((await call(`monitor/${name}`, { method: 'PUT', body: JSON.stringify(monitor) })).ok).toBe(true);
      const owners: Record<string, string> = {};
      for (const name of ['inside', 'outside']) {
        owners[name] = await waitFor(
          async () => {
            const state = (await (await call(`state/${name}`)).json()) as { status?: string; owner?: string };
            return state.status === 'ok' && state.owner;
          },
          { timeoutMs: MINUTE, what: `${name} to be ok` },
        );
      }
      expect(owners['inside']).toMatch(/^worker-[12]/);
      expect(owners['outside']).toMatch(/^worker-dmz/);

      stack = undefined;
      await target.close();
      etcd.close();
      expect(new Set(Object.values(await up.down()))).toEqual(new Set([0]));
    },
    6 * MINUTE,
  );
});
