import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadNodeConfig } from './node-config.js';
import { ConfigError } from './setting-reader.js';

const DAY = 86_400_000;
const read = (url: string, keep?: string) =>
  loadNodeConfig('api', {}, { NINEV_ARCHIVE_URL: url, ...(keep === undefined ? {} : { NINEV_ARCHIVE_KEEP: keep }) })
    .archive;
function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadNodeConfig('api', {}, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

it('reads an address in its parts', () => {
  expect(loadNodeConfig('api', {}, {}).archive).toBeUndefined();
  const whole = { host: 'db', port: 5432, user: 'u', password: 'p@/:%', database: 'history', keepMs: 400 * DAY };
  const url = 'postgresql://u:p%40%2F%3A%25@db/history';
  expect(read(url)).toEqual({ ...whole, written: url });
  expect(read('postgres://u@[::1]:5433/a%20b', '90d')).toMatchObject({
    ...{ host: '::1', port: 5433, password: '', database: 'a b', keepMs: 90 * DAY },
  });
  expect(read('postgres://u@localhost/history?host=/run/postgresql')).toMatchObject({ host: '/run/postgresql' });
  expect(read('postgres://u:100%@db/h')).toMatchObject({ password: '100%' });
});

it('reads what of the certificate to check', () => {
  const tlsOf = (parameters: string) => read(`postgres://u:p@db/h?${parameters}`)?.tls;
  expect(tlsOf('sslmode=disable')).toBeUndefined();
  expect(tlsOf('sslmode=require')).toEqual({ verify: 'nothing' });
  expect(tlsOf('sslmode=verify-full')).toEqual({ verify: 'all' });
  const directory = mkdtempSync(join(tmpdir(), '9volt-'));
  try {
    const file = join(directory, 'ca.pem');
    writeFileSync(file, 'a certificate');
    expect(tlsOf(`sslmode=verify-ca&sslrootcert=${file}`)).toEqual({ verify: 'authority', ca: 'a certificate' });
    // Nobody would notice that it is not used.
    expect(faultsOf({ NINEV_ARCHIVE_URL: `postgres://u:p@db/h?sslmode=require&sslrootcert=${file}` })).toEqual([
      expect.stringContaining('needs sslmode=verify-ca'),
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it.each([
  ['postgres', 'expected an address'],
  ['mysql://u:canary@db/h', 'expected an address'],
  ['postgres://u:canary@db', 'with a host, a user and a database'],
  ['postgres://:canary@db/h', 'with a host, a user and a database'],
  ['postgres://u:canary@/h', 'expected an address'],
  ['postgres://u:canary@db/h?sslmode=prefer', 'expected sslmode to be one of'],
  ['postgres://u:canary@db/h?sslmode=constructor', 'expected sslmode to be one of'],
  ['postgres://u:canary@db/h?password=canary', 'has a parameter that 9volt does not know'],
  ['postgres://u:canary@db/h?sslmode=verify-ca&sslrootcert=/nowhere', 'cannot read its sslrootcert'],
  ['', 'is given, and empty'],
])('%s is refused without a word of the secret', (url, fault) => {
  const faults = faultsOf({ NINEV_ARCHIVE_URL: url });
  expect(faults).toEqual([expect.stringMatching(`^NINEV_ARCHIVE_URL: .*${fault}`)]);
  expect(faults.join()).not.toContain('canary');
});

it.each(['1h', '0', 'long', '-400d', '11y'])('does not keep for %s', (keep) => {
  const env = { NINEV_ARCHIVE_URL: 'postgres://u:p@db/h', NINEV_ARCHIVE_KEEP: keep };
  expect(faultsOf(env)).toEqual([expect.stringContaining('NINEV_ARCHIVE_KEEP: expected a duration')]);
});
