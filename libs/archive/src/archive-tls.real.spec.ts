import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAuthority } from '@9volt/testing';
import { PostgresServer } from '@9volt/testing/postgres';
import { ArchiveConnection } from './archive-connection.js';
import type { ArchiveSettings, ArchiveTls } from './archive-settings.js';

const LIMIT_MS = 20_000;
const PASSWORD = 'hush-77aa';
const authority = makeAuthority();
const stranger = makeAuthority();
const ACCOUNT = `CREATE ROLE ninevolt LOGIN PASSWORD '${PASSWORD}'`;

/** Whether the connection of a transaction is encrypted, or the fault. */
async function ask({ port }: PostgresServer, tls: ArchiveTls | undefined, host = '127.0.0.1') {
  const account = { user: 'ninevolt', password: PASSWORD, database: 'postgres' };
  const settings: ArchiveSettings = { host, port, ...account, keepMs: 1, ...(tls ? { tls } : {}) };
  const connection = new ArchiveConnection(settings);
  try {
    const [row] = await connection.read(LIMIT_MS, (query) =>
      query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
    );
    return { encrypted: row?.ssl };
  } catch (error) {
    return { fault: (error as Error).message };
  } finally {
    await connection.close();
  }
}

describe('the archive over TLS, with a real PostgreSQL', () => {
  let server: PostgresServer;
  let ofAnotherName: PostgresServer;
  let plain: PostgresServer;

  beforeAll(async () => {
    const access = ['hostssl all ninevolt 127.0.0.1/32 scram-sha-256'];
    const other = authority.issue({ names: 'DNS:db.example.com' });
    [server, ofAnotherName, plain] = await Promise.all([
      PostgresServer.start({ tls: authority.issue(), access }),
      PostgresServer.start({ tls: other, access }),
      PostgresServer.start({ access: ['host all ninevolt 127.0.0.1/32 scram-sha-256'] }),
    ]);
    for (const each of [server, ofAnotherName, plain]) await each.sql(ACCOUNT);
  });
  afterAll(async () => {
    for (const each of [server, ofAnotherName, plain]) await each.stop();
  });

  it.each<[string, ArchiveTls, string]>([
    ['require', { verify: 'nothing' }, '127.0.0.1'],
    ['verify-ca', { verify: 'authority', ca: authority.ca }, '127.0.0.1'],
    ['verify-full, by its address', { verify: 'all', ca: authority.ca }, '127.0.0.1'],
    ['verify-full, by its name', { verify: 'all', ca: authority.ca }, 'localhost'],
  ])('encrypts with sslmode=%s', async (_, tls, host) => {
    expect(await ask(server, tls, host)).toEqual({ encrypted: true });
  });

  it.each<[string, ArchiveTls]>([
    ['verify-full and another authority', { verify: 'all', ca: stranger.ca }],
    ['verify-ca and another authority', { verify: 'authority', ca: stranger.ca }],
    ['verify-full and the authorities of the system', { verify: 'all' }],
  ])('refuses the certificate with sslmode=%s', async (_, tls) => {
    const { fault } = await ask(server, tls);
    expect(fault).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:\d+ has a certificate of an authority that is not trusted: .*(self-signed|unable to)/,
    );
    expect(fault).toContain('sslrootcert');
  });

  it.each(['127.0.0.1', 'localhost'])(
    'refuses a certificate for another name than %s with verify-full only',
    async (host) => {
      const { fault } = await ask(ofAnotherName, { verify: 'all', ca: authority.ca }, host);
      expect(fault).toMatch(/does not match certificate's altnames/);
      expect(await ask(ofAnotherName, { verify: 'authority', ca: authority.ca }, host)).toMatchObject({
        encrypted: true,
      });
      expect(await ask(ofAnotherName, { verify: 'nothing' }, host)).toMatchObject({ encrypted: true });
    },
  );

  it.each<ArchiveTls>([{ verify: 'nothing' }, { verify: 'authority' }, { verify: 'all' }])(
    'sends no password to a server without TLS, with %j',
    async (tls) => {
      const { fault } = await ask(plain, tls);
      expect(fault).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+: .*does not support SSL/);
      expect(await ask(plain, undefined)).toMatchObject({ encrypted: false });
    },
  );

  it('says that the server demands TLS', async () => {
    expect((await ask(server, undefined)).fault).toMatch(
      /refuses the user ninevolt: no pg_hba\.conf entry .*no encryption/,
    );
  });
});
