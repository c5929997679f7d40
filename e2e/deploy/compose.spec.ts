import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { someOf } from '@9volt/testing';
import { describe, expect, it } from '@jest/globals';
import { run9volt } from '../harness/index.js';
import { given } from './given.js';
import { COMPOSE_DIR, composeServices, nodesAmong, ROOT, run, startedWith, variablesOf } from './harness/index.js';

const services = composeServices();
const CLUSTER = ['setup', 'access', 'scheduler-1', 'scheduler-2', 'worker-1', 'worker-2', 'worker-dmz', 'api'];
/** The time of a node to hand over. */
const DRAIN_S = 30;

const profilesOf = (file: string): string[] => variablesOf(file)['COMPOSE_PROFILES']?.split(',') ?? [];
const membersOf = (file: string): string[] => variablesOf(file)['NINEV_ETCD_MEMBERS']?.split(',') ?? [];
const hostOf = (url: string): string => new URL(url).hostname;

describe('docker/docker-compose.yml', () => {
  it('starts a whole cluster by default', () => {
    expect([...startedWith(services, profilesOf('.env')).keys()].sort()).toEqual([...CLUSTER, 'etcd'].sort());
  });

  it('starts three members of etcd on request', () => {
    const started = [...startedWith(services, profilesOf('ha.env')).keys()];
    expect(started.sort()).toEqual([...CLUSTER, 'etcd-1', 'etcd-2', 'etcd-3'].sort());
  });

  it.each(['.env', 'ha.env'])('points nodes at the members of etcd that %s starts', (file) => {
    const started = startedWith(services, profilesOf(file));
    const etcds = [...started].filter(([, { image }]) => image.includes('etcd'));
    expect(membersOf(file).map(hostOf).sort()).toEqual(etcds.map(([name]) => name).sort());
    for (const [name, { environment, command, entrypoint }] of someOf(etcds)) {
      expect(environment).toMatchObject({ ETCD_NAME: name, ETCD_ADVERTISE_CLIENT_URLS: `https://${name}:2379` });
      // That image has no shell.
      expect({ command, entrypoint }).toEqual({});
    }
    const peers = etcds.map(([name]) => `${name}=https://${name}:2380`);
    const clustered = etcds.flatMap(([, { environment }]) => environment?.['ETCD_INITIAL_CLUSTER'] ?? []);
    expect(clustered).toEqual(etcds.length > 1 ? etcds.map(() => peers.join(',')) : []);
  });

  it('runs the same etcd as the chart and our tests', () => {
    const files = ['docker/docker-compose.yml', 'helm/ninevolt/values.yaml', 'tools/setup/go-tools.mjs'];
    const versions = files.flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(/coreos\/etcd:(v[\d.]+)|etcdVersion = '(v[\d.]+)'/g),
    ]);
    expect(versions).toHaveLength(files.length);
    expect(new Set(versions.map(([, run, tested]) => run ?? tested)).size).toBe(1);
  });

  it.each(['scheduler', 'worker', 'api', 'status'])('gives %s options that it has', async (role) => {
    const nodes = [...nodesAmong(services).values()].filter(({ command }) => command?.[0] === role);
    expect(nodes.length).toBeGreaterThan(0);
    const { code, stdout: help } = await run9volt([role, '--help']);
    expect(code).toBe(0);
    for (const { command = [], environment = {} } of nodes) {
      const options = [...command.slice(1), ...Object.keys(environment).map((name) => name.replace(/_FILE$/, ''))];
      expect(options.filter((option) => !help.includes(option))).toEqual([]);
    }
  });

  it('runs nodes without privileges, with secrets from files, and gives them time to hand over', () => {
    for (const node of someOf(nodesAmong(services).values())) {
      expect(node).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(Object.keys(node.environment ?? {}).filter((name) => /(TOKENS?|USERPASS|PASSWORD)$/.test(name))).toEqual(
        [],
      );
      expect(parseInt(node.stop_grace_period ?? '0', 10)).toBeGreaterThan(DRAIN_S);
    }
    const published = [...services.values()].flatMap(({ ports = [] }) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('permits nobody into etcd without a certificate, and gives each role its own and no other', () => {
    const etcds = [...services.values()].filter(({ image }) => image.includes('ETCD_IMAGE'));
    expect(etcds).toHaveLength(4);
    for (const { environment = {} } of someOf(etcds)) {
      expect(environment).toMatchObject({ ETCD_CLIENT_CERT_AUTH: 'true', ETCD_ENABLE_GRPC_GATEWAY: 'false' });
      for (const [name, value] of someOf(Object.entries(environment).filter(([key]) => key.endsWith('_URLS'))))
        expect([name, value?.startsWith('https://')]).toEqual([name, true]);
      if (environment['ETCD_LISTEN_PEER_URLS'])
        expect(environment).toMatchObject({ ETCD_PEER_CLIENT_CERT_AUTH: 'true', ETCD_PEER_CERT_ALLOWED_CN: 'etcd' });
    }
    const certificates = [...services].flatMap(([name, { volumes = [] }]) =>
      volumes.flatMap((volume) => (volume.startsWith('tls-') && name !== 'setup' ? [[name, volume]] : [])),
    );
    for (const [name = '', volume] of someOf(certificates)) {
      const user = name === 'access' ? 'root' : name.replace(/-.*/, '');
      expect([name, volume]).toEqual([name, `tls-${user}:/etc/ninevolt/etcd:ro`]);
    }
    expect(certificates.map(([name]) => name)).toEqual(expect.arrayContaining([...nodesAmong(services).keys()]));
  });

  it('gives Prometheus a token of its own, and Grafana no admin with a known password', () => {
    const { volumes = [] } = services.get('prometheus') ?? {};
    expect(volumes.filter((volume) => volume.includes('token'))).toEqual([
      'prometheus-token:/var/lib/ninevolt-prometheus:ro',
    ]);
    const scrape = readFileSync(join(COMPOSE_DIR, 'prometheus/prometheus.yml'), 'utf8');
    expect(scrape).toContain('credentials_file: /var/lib/ninevolt-prometheus/token\n');
    expect(services.get('grafana')?.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
    });
  });

  it('keeps existing tokens when setup runs again', () => {
    const home = mkdtempSync(join(tmpdir(), 'ninevolt-setup-'));
    try {
      for (const name of ['tokens', 'prometheus', 'tls']) mkdirSync(join(home, name));
      const read = (name: string): string => readFileSync(join(home, name), 'utf8').trim();
      const setUp = (): void => {
        const places = ['tokens', 'prometheus', 'tls'].map((name) => join(home, name));
        execFileSync('sh', [join(COMPOSE_DIR, 'setup.sh'), ...places, join(ROOT, 'etcd')], { stdio: 'pipe' });
      };
      // As earlier versions left it, with a token that somebody added.
      writeFileSync(join(home, 'tokens/access-tokens'), 'the-token-of-people,that-of-a-script\n');
      setUp();
      const tokens = read('tokens/access-tokens');
      expect(tokens).toBe(`the-token-of-people,that-of-a-script,${read('prometheus/token')}`);
      const certificate = read('tls/worker/tls.crt');
      setUp();
      expect(read('tokens/access-tokens')).toBe(tokens);
      expect(read('tls/worker/tls.crt')).toBe(certificate);
      writeFileSync(join(home, 'tls/worker/tls.crt'), '');
      setUp();
      expect(new X509Certificate(read('tls/worker/tls.crt')).subject).toBe('CN=9volt-worker');
      for (const user of ['etcd', 'root', 'scheduler', 'worker', 'api', 'status'])
        expect(statSync(join(home, 'tls', user, 'tls.key')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('mounts what exists', () => {
    const sources = [...services.values()].flatMap(({ volumes = [] }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    const files = sources.filter((source) => source.startsWith('.'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(join(COMPOSE_DIR, file)))).toEqual([]);
  });

  given('docker-compose')(
    'is taken by compose, with each file of variables and all profiles',
    async () => {
      for (const file of ['.env', 'ha.env']) {
        const started = await run('docker-compose', ['--env-file', file, '--profile', 'metrics', 'config'], {
          cwd: COMPOSE_DIR,
        });
        const nodes = nodesAmong(composeServices(started));
        expect(nodes.size).toBe(7);
        for (const { environment } of nodes.values())
          expect(environment?.['NINEV_ETCD_MEMBERS']).toBe(variablesOf(file)['NINEV_ETCD_MEMBERS']);
      }
    },
    60_000,
  );
});
