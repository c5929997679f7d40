import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { sqlStatsMonitor } from './sql-stats.monitor.js';
import { startPostgres, type TestDatabase } from './testing/databases.js';
import { describeProbeContract, faultsOf, monitorOf, runProbe, startTcpTarget, type Written } from './testing/index.js';
import { hasPostgres } from '@9volt/testing/postgres';

describe('sql-stats: a real PostgreSQL', () => {
  if (!hasPostgres) return it.skip('is not installed', () => undefined);

  let database: TestDatabase;
  const run = (more: Written) => runProbe({ type: 'sql-stats', ...database.written, ...more });

  beforeAll(async () => {
    database = await startPostgres();
  }, 60_000);
  afterAll(() => database.server.stop());

  describeProbeContract(sqlStatsMonitor, async () => {
    const silent = await startTcpTarget();
    silent.mode = 'hang';
    const { written } = database;
    return {
      healthy: { ...written, critical: '> 50' },
      failing: { ...written, critical: '> 0' },
      refused: { ...written, port: await unusedPort() },
      hanging: { ...written, host: silent.host, port: silent.port },
      close: () => silent.close(),
    };
  });

  it('counts connections by default', async () => {
    const { status, performance } = await run({});
    expect(status).toBe('ok');
    expect(performance).toEqual([{ label: 'numbackends', value: expect.any(Number) }]);
    expect(performance?.[0]?.value).toBeGreaterThanOrEqual(1);
  });

  it.each([
    ['a variable', { variable: 'deadlocks', warning: '> 0' }, 'ok', 'N/A'],
    ['its limit', { variable: 'deadlocks', warning: '>= 0' }, 'warning', 'deadlocks is 0, which is warning: >= 0'],
    [
      'a query',
      { query: 'SELECT 1.5', warning: '> 1', critical: '> 2' },
      'warning',
      'The number is 1.5, which is warning: > 1',
    ],
    ['a query without a row', { query: 'SELECT 1 WHERE false' }, 'critical', 'The number is no row, expected a number'],
    ['what is no number', { variable: 'datname' }, 'critical', "datname is 'shop', expected a number"],
    ['what there is not', { variable: 'nothing' }, 'unknown', 'There is no status variable nothing'],
  ])('reads %s', async (_, more, status, message) => {
    expect(await run(more)).toMatchObject({ status, message });
  });
});

describe('sql-stats: the settings', () => {
  const written = { type: 'sql-stats', driver: 'mysql', host: 'db', username: 'u' };

  it.each([
    [{ variable: "x' OR 1" }, expect.stringMatching(/^variable: .*letters, digits and underscores/)],
    [
      { variable: 'Uptime', query: 'SELECT 1' },
      'variable: "Uptime" is not valid; expected either a variable or a query',
    ],
    [{ critical: '95' }, expect.stringMatching(/^critical: .*comparison/)],
  ])('refuses %j', (more, message) => {
    expect(faultsOf({ ...written, ...more })).toEqual([message]);
  });

  it.each([
    [{}, 'mysql://db:3306 Threads_connected'],
    [{ variable: 'Uptime', database: 'shop' }, 'mysql://db:3306/shop Uptime'],
    [{ query: 'SELECT\n 1' }, 'mysql://db:3306 SELECT 1'],
  ])('the target of %j is written on one line', (more, target) => {
    expect(sqlStatsMonitor.target(monitorOf({ ...written, ...more }).settings)).toBe(target);
  });
});
