import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unusedPort } from '@9volt/testing';
import { sqlStatsMonitor } from './sql-stats.monitor.js';
import { startMariadb, type TestDatabase } from './testing/databases.js';
import { describeProbeContract, runProbe, startTcpTarget, type Written } from './testing/index.js';

// sql-stats.monitor.spec.ts tests PostgreSQL.

describe('sql-stats: a real MariaDB', () => {
  let database: TestDatabase;
  const run = (more: Written) => runProbe({ type: 'sql-stats', ...database.written, ...more });

  beforeAll(async () => {
    database = await startMariadb();
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
    // The test's own, and the probe's.
    expect(performance).toEqual([{ label: 'Threads_connected', value: 2 }]);
  });

  it.each([
    ['a variable', { variable: 'Uptime', critical: '< 0' }, 'ok', 'N/A'],
    [
      'its limit',
      { variable: 'Threads_connected', warning: '= 2' },
      'warning',
      'Threads_connected is 2, which is warning: = 2',
    ],
    [
      'a query',
      { query: 'SELECT 1.5', warning: '> 1', critical: '> 2' },
      'warning',
      'The number is 1.5, which is warning: > 1',
    ],
    [
      'what is no number',
      { variable: 'Rpl_status' },
      'critical',
      expect.stringMatching(/^Rpl_status is '.*', expected a number$/),
    ],
    ['what there is not', { variable: 'nothing' }, 'unknown', 'There is no status variable nothing'],
  ])('reads %s', async (_, more, status, message) => {
    expect(await run(more)).toMatchObject({ status, message });
  });
});
