import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run9volt } from '../harness/index.js';
import { given } from './given.js';
import { COMPOSE_DIR, composeServices, nodesAmong, ROOT, run, startedWith, variablesOf } from './harness/index.js';

const services = composeServices();
const CLUSTER = ['setup', 'scheduler-1', 'scheduler-2', 'worker-1', 'worker-2', 'worker-dmz', 'api'];
/** What a node is given to hand over. */
const DRAIN_S = 30;

const profilesOf = (file: string): string[] => variablesOf(file)['COMPOSE_PROFILES']?.split(',') ?? [];
const membersOf = (file: string): string[] => variablesOf(file)['NINEV_ETCD_MEMBERS']?.split(',') ?? [];
const hostOf = (url: string): string => new URL(url).hostname;

describe('docker/docker-compose.yml', () => {
  it('starts a whole cluster when nothing is said', () => {
    expect([...startedWith(services, profilesOf('.env')).keys()].sort()).toEqual([...CLUSTER, 'etcd'].sort());
  });

  it('starts three members of etcd when asked to', () => {
    const started = [...startedWith(services, profilesOf('ha.env')).keys()];
    expect(started.sort()).toEqual([...CLUSTER, 'etcd-1', 'etcd-2', 'etcd-3'].sort());
  });

  it.each(['.env', 'ha.env'])('points nodes at the members of etcd that %s starts', (file) => {
    const started = startedWith(services, profilesOf(file));
    const etcds = [...started].filter(([, { image }]) => image.includes('etcd'));
    expect(membersOf(file).map(hostOf).sort()).toEqual(etcds.map(([name]) => name).sort());
    for (const [name, { environment, command, entrypoint }] of etcds) {
      expect(environment).toMatchObject({ ETCD_NAME: name, ETCD_ADVERTISE_CLIENT_URLS: `http://${name}:2379` });
      // There is no shell in that image.
      expect({ command, entrypoint }).toEqual({});
    }
    const peers = etcds.map(([name]) => `${name}=http://${name}:2380`);
    for (const [, { environment }] of etcds.length > 1 ? etcds : [])
      expect(environment?.['ETCD_INITIAL_CLUSTER']?.split(',')).toEqual(peers);
  });

  it('runs the etcd that the chart runs, and that 9volt is tested with', () => {
    const files = ['docker/docker-compose.yml', 'helm/ninevolt/values.yaml', 'tools/setup/go-tools.mjs'];
    const versions = files.flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(/coreos\/etcd:(v[\d.]+)|etcdVersion = '(v[\d.]+)'/g),
    ]);
    expect(versions).toHaveLength(files.length);
    expect(new Set(versions.map(([, run, tested]) => run ?? tested)).size).toBe(1);
  });

  it.each(['scheduler', 'worker', 'api'])('gives %s options that it has', async (role) => {
    const nodes = [...nodesAmong(services).values()].filter(({ command }) => command?.[0] === role);
    expect(nodes.length).toBeGreaterThan(0);
    const { code, stdout: help } = await run9volt([role, '--help']);
    expect(code).toBe(0);
    for (const { command = [], environment = {} } of nodes) {
      const options = [...command.slice(1), ...Object.keys(environment).map((name) => name.replace(/_FILE$/, ''))];
      expect(options.filter((option) => !help.includes(option))).toEqual([]);
    }
  });

  it('runs nodes without privileges, with secrets by file, and lets them hand over', () => {
    for (const node of nodesAmong(services).values()) {
      expect(node).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(Object.keys(node.environment ?? {}).filter((name) => /(TOKENS?|USERPASS|PASSWORD)$/.test(name))).toEqual(
        [],
      );
      expect(parseInt(node.stop_grace_period ?? '0', 10)).toBeGreaterThan(DRAIN_S);
    }
    const published = [...services.values()].flatMap(({ ports = [] }) => ports);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
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
        expect(nodes.size).toBe(6);
        for (const { environment } of nodes.values())
          expect(environment?.['NINEV_ETCD_MEMBERS']).toBe(variablesOf(file)['NINEV_ETCD_MEMBERS']);
      }
    },
    60_000,
  );
});
