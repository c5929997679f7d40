import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAuthority } from '@9volt/testing';
import { PASSWORD, startMariadb, startPostgres, type TestDatabase } from './testing/databases.js';
import { runProbe, startTcpTarget, type Written } from './testing/index.js';

const authority = makeAuthority();
const stranger = makeAuthority();
const mine = authority.issue({ names: 'DNS:client' });
const tls = () => ({ ...authority.issue(), ca: authority.ca });

/** 20,736 rows, in any dialect. */
const TWELVE = `(${Array.from({ length: 12 }, (_, index) => `SELECT ${index} AS n`).join(' UNION ')})`;
const ROWS = `SELECT a.n FROM ${TWELVE} a, ${TWELVE} b, ${TWELVE} c, ${TWELVE} d`;

/** Asks until there is such a row, or none, for at most ten seconds; answers whether there is one. */
async function settlesOn(wanted: boolean, rows: () => Promise<unknown[]>): Promise<boolean> {
  let isThere = (await rows()).length > 0;
  for (let tries = 0; isThere !== wanted && tries < 200; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    isThere = (await rows()).length > 0;
  }
  return isThere;
}

/** A connection to a server that can be cut without either side noticing. */
async function startGate(port: number) {
  const pairs: [Socket, Socket][] = [];
  const gate = await startTcpTarget({
    serve: (near) => {
      const far = connect(port, '127.0.0.1').on('error', () => undefined);
      near.pipe(far).pipe(near);
      pairs.push([near, far]);
    },
  });
  return {
    host: gate.host,
    port: gate.port,
    cut: () => {
      gate.mode = 'hang';
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
    close: async () => {
      for (const [, far] of pairs) far.destroy();
      await gate.close();
    },
  };
}

const SLEEPING_POSTGRES =
  "SELECT pid FROM pg_stat_activity WHERE usename = 'monitoring' AND state = 'active' AND query LIKE '%pg_sleep%'";
const SLEEPING_MARIADB =
  "SELECT id FROM information_schema.processlist WHERE user = 'monitoring' AND info LIKE '%sleep%'";

describe.each([
  {
    name: 'PostgreSQL',
    start: () =>
      startPostgres({
        tls: tls(),
        access: [
          'hostssl all secure 127.0.0.1/32 scram-sha-256',
          'hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-ca',
        ],
      }),
    accounts: ['secure', 'certified'].map((name) => `CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'`),
    sleep: 'SELECT pg_sleep(60)',
    sleeping: SLEEPING_POSTGRES,
    lost: "SELECT sessions_abandoned, sessions_killed FROM pg_stat_database WHERE datname = 'shop'",
    refusal: /no pg_hba\.conf entry .*no encryption \(28000\)$/,
  },
  {
    name: 'MariaDB',
    start: () => startMariadb({ tls: tls() }),
    accounts: [
      `CREATE USER secure@'%' IDENTIFIED BY '${PASSWORD}' REQUIRE SSL`,
      "GRANT ALL ON shop.* TO secure@'%'",
      `CREATE USER certified@'%' IDENTIFIED BY '${PASSWORD}' REQUIRE X509`,
      "GRANT ALL ON shop.* TO certified@'%'",
    ],
    sleep: 'SELECT sleep(60)',
    sleeping: SLEEPING_MARIADB,
    lost: "SHOW GLOBAL STATUS LIKE 'Aborted_clients'",
    refusal: /Access denied for user 'secure'/,
  },
])('sql: a real $name', ({ start, accounts, sleep, sleeping, lost, refusal }) => {
  let database: TestDatabase;
  const run = (more: Written, signal?: AbortSignal) =>
    runProbe({ type: 'sql', ...database.written, query: 'SELECT 1', ...more }, signal);
  const stillSleeping = () => database.server.sql(sleeping);

  beforeAll(async () => {
    database = await start();
    for (const account of accounts) await database.server.sql(account);
  }, 60_000);
  afterAll(() => database.server.stop());

  it('logs out correctly: the server counts no lost client', async () => {
    const before = await database.server.sql(lost);
    for (let runs = 0; runs < 5; runs += 1) expect(await run({})).toMatchObject({ status: 'ok' });
    expect(await run({ query: sleep, 'query-timeout': '200ms' })).toMatchObject({ status: 'critical' });
    expect(await run({ query: 'SELECT nothing' })).toMatchObject({ status: 'critical' });
    expect(await run({})).toMatchObject({ status: 'ok' });
    expect(await database.server.sql(lost)).toEqual(before);
  });

  it.each([
    ['the address it was reached by', {}],
    ['another name', { 'tls-server-name': 'localhost' }],
    ['a name', { host: 'localhost' }],
  ])('verifies a certificate for %s', async (_, more) => {
    const result = await run({ ssl: true, 'tls-ca': authority.ca, ...more });
    expect(result).toMatchObject({ status: 'ok', certificate: { subject: expect.stringContaining('CN=leaf') } });
    expect(result.phases?.tls).toBeGreaterThan(0);
  });

  it.each([
    [
      'for somebody else',
      { 'tls-ca': authority.ca, 'tls-server-name': 'db.example.com' },
      /does not match certificate/,
    ],
    ['of an authority that is not trusted', { 'tls-ca': stranger.ca }, /unable to (get|verify)/],
    ['of an authority that the system does not know', {}, /self-signed|unable to (get|verify)/],
  ])('refuses a certificate %s', async (_, more, reason) => {
    expect(await run({ ssl: true, ...more })).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(reason),
      expected: 'a login',
    });
    expect(await run({ ssl: true, ...more, 'tls-skip-verify': true })).toMatchObject({ status: 'ok' });
  });

  it('reports that the server requires TLS', async () => {
    expect(await run({ username: 'secure' })).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(refusal),
    });
    expect(await run({ username: 'secure', ssl: true, 'tls-ca': authority.ca })).toMatchObject({ status: 'ok' });
  });

  it('sends a client certificate to a server that asks for one', async () => {
    const account = { username: 'certified', ssl: true, 'tls-ca': authority.ca };
    expect(await run(account)).toMatchObject({ status: 'critical' });
    const cert = { 'tls-client-cert': mine.cert, 'tls-client-key': mine.key };
    expect(await run({ ...account, ...cert })).toMatchObject({ status: 'ok' });
  });

  it.each([{}, { ssl: true, 'tls-skip-verify': true }])(
    'cancels on the server what takes too long, with %j',
    async (tls) => {
      const result = await run({ query: sleep, 'query-timeout': '700ms', ...tls });
      expect(result).toMatchObject({
        status: 'critical',
        message: expect.stringMatching(/^Query failed: timed out after 700ms/),
      });
      expect(await settlesOn(false, stillSleeping)).toBe(false);
    },
  );

  it('cancels an aborted query on the server, long before its time', async () => {
    const stop = new AbortController();
    const running = run({ query: sleep, 'query-timeout': '50s' }, stop.signal);
    expect(await settlesOn(true, stillSleeping)).toBe(true);
    stop.abort();
    expect(await running).toMatchObject({ status: 'unknown', message: 'aborted' });
    expect(await settlesOn(false, stillSleeping)).toBe(false);
  });

  it('makes the server end a query by itself if it cannot be cancelled', async () => {
    // A connection that is cut once the query runs, so that nothing reaches the server any more.
    const { server, written } = database;
    const gate = await startGate(server.port);
    try {
      const running = run({ ...written, host: gate.host, port: gate.port, query: sleep, 'query-timeout': '1s' });
      expect(await settlesOn(true, stillSleeping)).toBe(true);
      gate.cut();
      expect(await running).toMatchObject({ status: 'critical' });
      expect(await settlesOn(false, stillSleeping)).toBe(false);
    } finally {
      await gate.close();
    }
  });

  it.each([
    [
      'more bytes than it takes',
      { query: "SELECT repeat('x', 8000000)" },
      'Query failed: the server sent more than 4 MiB',
    ],
    ['more rows than it takes', { query: ROWS }, 'Query failed: the result has more than 10000 rows'],
  ])('is told of %s', async (_, more, message) => {
    expect(await run(more)).toMatchObject({ status: 'critical', message });
  });
});
