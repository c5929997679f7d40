import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { sqlMonitor } from './sql.monitor.js';
import { startMariadb, startPostgres, type TestDatabase } from './testing/databases.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, startTcpTarget, type Written } from './testing/index.js';
import { hasMariadb } from './testing/mariadb-server.js';
import { hasPostgres } from '@9volt/testing/postgres';

const SERVERS = [
  { driver: 'postgres', isThere: hasPostgres, start: startPostgres, param: '$1::text', sleep: 'SELECT pg_sleep(30)' },
  { driver: 'mysql', isThere: hasMariadb, start: startMariadb, param: '?', sleep: 'SELECT sleep(30)' },
];

const running = new Map<string, TestDatabase>();

beforeAll(async () => {
  const start = async (server: (typeof SERVERS)[number]) => running.set(server.driver, await server.start());
  await Promise.all(SERVERS.filter(({ isThere }) => isThere).map(start));
}, 60_000);
afterAll(async () => void (await Promise.all([...running.values()].map(({ server }) => server.stop()))));

describe.each(SERVERS)('sql: a real server that speaks $driver', ({ driver, isThere, param, sleep }) => {
  if (!isThere) return it.skip('is not installed', () => undefined);

  const database = (): TestDatabase => running.get(driver) as TestDatabase;
  const run = (more: Written) => runProbe({ type: 'sql', ...database().written, ...more });

  describeProbeContract(sqlMonitor, async () => {
    const silent = await startTcpTarget();
    silent.mode = 'hang';
    const { written } = database();
    return {
      healthy: { ...written, query: 'SELECT 7', expect: '7' },
      failing: { ...written, query: 'SELECT 7', expect: '8' },
      refused: { ...written, query: 'SELECT 7', port: await unusedPort() },
      hanging: { ...written, query: 'SELECT 7', host: silent.host, port: silent.port },
      close: () => silent.close(),
    };
  });

  it.each([
    ['a value', { query: 'SELECT 6 * 7', expect: '42' }, 'ok', 'N/A'],
    ['another value', { query: "SELECT 'down'", expect: 'up' }, 'critical', "Query returned 'down', expected 'up'"],
    ['NULL', { query: 'SELECT NULL', expect: 'NULL' }, 'critical', "Query returned NULL, expected 'NULL'"],
    ['no row', { query: 'SELECT 1 WHERE 1 = 0', expect: '1' }, 'critical', "Query returned no row, expected '1'"],
    ['a number of rows', { query: 'SELECT 1 WHERE 1 = 0', 'expected-rows': 0 }, 'ok', 'N/A'],
    [
      'more rows',
      { query: 'SELECT 1 UNION SELECT 2', 'expected-rows': 1 },
      'critical',
      'Query returned 2 rows, expected 1 row',
    ],
    ['a number within limits', { query: 'SELECT 10', warning: '> 10', critical: '>= 50' }, 'ok', 'N/A'],
    [
      'a warning',
      { query: 'SELECT 10.5', warning: '> 10', critical: '>= 50' },
      'warning',
      'The value is 10.5, which is warning: > 10',
    ],
    [
      'worse',
      { query: 'SELECT 50', warning: '> 10', critical: '>= 50' },
      'critical',
      'The value is 50, which is critical: >= 50',
    ],
    [
      'no number',
      { query: "SELECT '10 apples'", warning: '> 1' },
      'critical',
      "Query returned '10 apples', expected a number",
    ],
    [
      'rows as the measure',
      { query: 'SELECT 9 UNION SELECT 8', measure: 'rows', warning: '!= 1' },
      'warning',
      'The number of rows is 2, which is warning: != 1',
    ],
    [
      'a query that fails',
      { query: 'SELECT nothing' },
      'critical',
      expect.stringMatching(/^Query failed: .*column .*nothing/i),
    ],
    ['two statements', { query: 'SELECT 1; SELECT 2' }, 'critical', expect.stringMatching(/^Query failed: /)],
  ])('judges %s', async (_, written, status, message) => {
    expect(await run(written)).toMatchObject({ status, message });
  });

  it('keeps the measured number with its limits', async () => {
    const { performance } = await run({ query: 'SELECT 10', warning: '> 10', critical: '< 1' });
    expect(performance).toEqual([{ label: 'value', value: 10, warn: '~:10', crit: '1:' }]);
  });

  it('sends parameters apart from the query', async () => {
    const hostile = "'; DROP TABLE x; --";
    expect(await run({ query: `SELECT ${param}`, params: [hostile], expect: hostile })).toMatchObject({ status: 'ok' });
  });

  it('reports a wrong password, and no password', async () => {
    const result = await run({ query: 'SELECT 1', password: 'not-it-77aa' });
    expect(result).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/^Unable to log in to .*monitoring/),
    });
    expect(JSON.stringify(result)).not.toContain('not-it-77aa');
  });

  it('changes nothing unless permitted', async () => {
    await run({ query: 'CREATE TABLE kept (a int)', 'read-only': false });
    expect(await run({ query: 'INSERT INTO kept VALUES (1)' })).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/read.only transaction/i),
    });
    expect(await run({ query: 'SELECT count(*) FROM kept', expect: '0' })).toMatchObject({ status: 'ok' });
    expect(await run({ query: 'INSERT INTO kept VALUES (1)', 'read-only': false })).toMatchObject({ status: 'ok' });
    expect(await run({ query: 'SELECT count(*) FROM kept', expect: '1' })).toMatchObject({ status: 'ok' });
  });

  it('reports a slow query, and ends one that takes too long', async () => {
    expect(await run({ query: 'SELECT 1', 'max-time': '1us' })).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/^Query took longer than 1us allowed: /),
    });
    expect(await run({ query: sleep, 'query-timeout': '200ms' })).toMatchObject({
      status: 'critical',
      message: 'Query failed: timed out after 200ms while waiting for the result',
    });
  });
});

describe('sql: the settings', () => {
  const written = { type: 'sql', driver: 'mysql', host: 'db', username: 'u', query: 'SELECT 1' };

  it.each([
    [{ driver: 'oracle' }, 'driver: "oracle" is not valid; expected one of postgres, mysql'],
    [{ warning: '10' }, expect.stringMatching(/^warning: "10" is not valid; expected a comparison with a number/)],
    [{ critical: '> ten' }, expect.stringMatching(/^critical: /)],
    [{ query: '' }, expect.stringMatching(/^query: /)],
    [{ query: 'SELECT \0' }, expect.stringMatching(/^query: .*NUL/)],
    [{ params: ['a', 'b\0'] }, expect.stringMatching(/NUL/)],
    [{ password: 'secret\0' }, 'password: is not valid; expected a text without NUL characters'],
    [{ 'tls-client-cert': 'a certificate' }, expect.stringMatching(/^tls-client-key: /)],
    [{ 'tls-client-key': 'a key' }, expect.stringMatching(/^tls-client-cert: /)],
    [{ 'expected-rows': -1 }, expect.stringMatching(/^expected-rows: /)],
    [
      { interval: '10s', timeout: '4s', 'query-timeout': '6s' },
      expect.stringMatching(/^timeout \+ query-timeout: 10s is not below/),
    ],
  ])('refuses %j', (more, message) => {
    expect(faultsOf({ ...written, ...more })).toEqual([message]);
  });

  it('writes host and query on one line', () => {
    const targetOf = (more: Written): string => sqlMonitor.target(monitorOf({ ...written, ...more }).settings);
    expect(targetOf({ query: 'SELECT a\n  FROM b' })).toBe('mysql://db:3306 SELECT a FROM b');
    expect(targetOf({ driver: 'postgres', host: '::1', database: 'shop' })).toBe('postgres://[::1]:5432/shop SELECT 1');
  });
});
