import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpTarget } from '@9volt/monitors/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { someOf, unusedPort } from '@9volt/testing';
import { Cluster, waitFor } from '../harness/index.js';
import { attempt, ROOT, run, Service } from './harness/index.js';

const MINUTE = 60_000;
const SYSTEM_UNITS = '/usr/lib/systemd/system';
const MAX_TARBALL_BYTES = 12_000_000;
/** Nothing listens there. */
const NO_REGISTRY = 'http://127.0.0.1:1/';

describe('npm run package', () => {
  let home: string;
  /** The directory into which the package was installed: a host's file system, as far as it matters. */
  let host: string;
  let command: string;
  let file: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'ninevolt-package-'));
    host = join(home, 'host');
    await run('npm', ['run', 'package'], { timeoutMs: 15 * MINUTE });
    const dist = join(ROOT, 'dist');
    file = readdirSync(dist).find((name) => /^9volt-\d.*\.tgz$/.test(name)) ?? '';
    const prefix = join(host, 'usr/local');
    await run('npm', ['install', '--global', '--offline', '--prefix', prefix, file], {
      cwd: dist,
      env: { npm_config_cache: join(home, 'empty-cache'), npm_config_registry: NO_REGISTRY },
      timeoutMs: 10 * MINUTE,
    });
    command = join(prefix, 'bin/9volt');
  }, 25 * MINUTE);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it(
    'makes one small file that installs without a registry, and knows what it is',
    async () => {
      const bytes = statSync(join(ROOT, 'dist', file)).size;
      console.info(`${file}: ${(bytes / 1_000_000).toFixed(1)} MB`);
      expect(bytes).toBeLessThan(MAX_TARBALL_BYTES);
      const commit = await run('git', ['rev-parse', '--short', 'HEAD']);
      const version = await run(command, ['--version'], { cwd: home });
      expect(version).toContain(file.replace(/^9volt-|\.tgz$/g, ''));
      expect(version).toContain(commit);
    },
    MINUTE,
  );

  it(
    'brings along all that any kind of check and channel needs',
    async () => {
      for (const examples of readdirSync(join(ROOT, 'examples')))
        await run(command, ['cfg', 'validate', join(ROOT, 'examples', examples)], { cwd: home });
    },
    2 * MINUTE,
  );

  it(
    'is a node with a dashboard and a documentation of its API',
    async () => {
      const cluster = await Cluster.start();
      const target = cluster.use(await startHttpTarget());
      const url = `http://127.0.0.1:${await unusedPort()}`;
      const env = { NINEV_ETCD_MEMBERS: cluster.etcd.endpoint, NINEV_LISTEN_ADDRESS: new URL(url).host };
      const node = Service.start([command, 'server'], env);
      try {
        await waitFor(async () => (await attempt(command, ['health'], { env })).code === 0, { timeoutMs: 2 * MINUTE });
        // Drivers load with the first check that needs them. Without one the check is unknown: a defect of ours.
        const at = { host: target.host, port: target.port, interval: '1s' };
        for (const driver of ['mysql', 'postgres']) {
          const sql = { type: 'sql', driver, ...at, username: 'x', database: 'x', query: 'SELECT 1' };
          await cluster.put(cluster.keys.monitor(driver), { ...sql, 'warning-threshold': 1, 'critical-threshold': 1 });
          await waitFor(async () => (await cluster.statusOf(driver)) === 'critical', {
            timeoutMs: MINUTE,
            what: driver,
          });
        }
        await cluster.put(cluster.keys.monitor('web'), { type: 'http', ...at });
        await waitFor(async () => (await cluster.statusOf('web')) === 'ok', { timeoutMs: MINUTE });
        for (const page of ['/ui/', '/docs', '/openapi.json']) {
          const response = await fetch(url + page);
          expect({ page, status: response.status }).toEqual({ page, status: 200 });
          const text = await response.text();
          const assets = [...text.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css|png|svg|ico))"/g)];
          expect({ page, hasAssets: assets.length > 0 }).toEqual({ page, hasAssets: !page.endsWith('.json') });
          for (const [, asset = ''] of assets) {
            const { status } = await fetch(new URL(asset, response.url));
            expect({ asset, status }).toEqual({ asset, status: 200 });
          }
        }
        const licences = await (await fetch(`${url}/ui/licences.txt`)).text();
        for (const name of ['react', 'react-dom', '@mantine/core', 'uplot', 'yaml'])
          expect(licences).toMatch(new RegExp(`^${name} [\\d.]+ \\((MIT|ISC)\\)$`, 'm'));
        expect(await node.stop()).toBe(0);
      } finally {
        await node.stop();
        await cluster.stop();
      }
    },
    5 * MINUTE,
  );

  it(
    'comes with units that systemd takes, and that keep a role from most of the host',
    async () => {
      const shipped = join(host, 'usr/local/lib/node_modules/9volt/systemd');
      const units = join(host, 'etc/systemd/system');
      mkdirSync(units, { recursive: true });
      cpSync(shipped, units, { recursive: true });
      // Units that ours are ordered by: sysinit.target and the like.
      cpSync(SYSTEM_UNITS, join(host, SYSTEM_UNITS), { recursive: true, verbatimSymlinks: true });
      const names = readdirSync(units).sort();
      expect(names).toEqual(['9volt-api.service', '9volt-scheduler.service', '9volt-worker.service']);
      for (const name of names) {
        const verified = await attempt('systemd-analyze', [
          'verify',
          `--root=${host}`,
          join('/etc/systemd/system', name),
        ]);
        expect(verified.output.split('\n').filter((line) => line.includes('9volt'))).toEqual([]);
        const { output } = await attempt('systemd-analyze', [
          'security',
          '--offline=true',
          '--no-pager',
          join(units, name),
        ]);
        const [, level = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(output) ?? [];
        console.info(`${name}: exposure ${level}`);
        expect(Number(level)).toBeLessThan(2.5);
        const unit = await run('cat', [join(units, name)]);
        expect(unit).toMatch(/^ProtectProc=invisible$/m);
        for (const [, path = ''] of someOf(unit.matchAll(/^(?:ExecStart=|Documentation=file:\/\/)(\S+)/gm)))
          expect({ path, exists: existsSync(join(host, path)) }).toEqual({ path, exists: true });
      }
    },
    2 * MINUTE,
  );
});
