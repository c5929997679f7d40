import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckResult } from '@9volt/contracts';
import { unusedPort } from '@9volt/testing';
import { sqlReplicationMonitor } from './sql-replication.monitor.js';
import { PASSWORD, startMariadb, startPostgres, type TestDatabase, writtenFor } from './testing/databases.js';
import { describeProbeContract, runProbe, startTcpTarget, type Written } from './testing/index.js';
import type { MariadbServer } from './testing/mariadb-server.js';
import type { PostgresServer } from '@9volt/testing/postgres';

/** Checks until the result is as expected; answers the last one, which the test judges. */
async function eventually(
  check: () => Promise<CheckResult>,
  awaited: (result: CheckResult) => boolean,
): Promise<CheckResult> {
  for (let tries = 0; tries < 100; tries += 1) {
    const result = await check();
    if (awaited(result)) return result;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return check();
}

const isOk = ({ status }: CheckResult): boolean => status === 'ok';
const isNot = ({ status }: CheckResult): boolean => status !== 'ok';
const lagOf = ({ performance }: CheckResult): number => performance?.find(({ label }) => label === 'lag')?.value ?? -1;

describe('sql-replication: a real PostgreSQL and its replica', () => {
  let primary: TestDatabase<PostgresServer>;
  let replica: PostgresServer;
  const check = (more: Written = {}) =>
    runProbe({ type: 'sql-replication', ...writtenFor('postgres', replica), ...more });

  beforeAll(async () => {
    primary = await startPostgres();
    replica = await primary.server.startReplica({ access: ['host all monitoring 127.0.0.1/32 scram-sha-256'] });
    await primary.server.sql('CREATE TABLE written (at timestamptz)');
    await eventually(check, isOk);
  }, 60_000);
  afterAll(async () => {
    await replica.stop();
    await primary.server.stop();
  });

  describeProbeContract(sqlReplicationMonitor, async () => {
    const silent = await startTcpTarget();
    silent.mode = 'hang';
    const written = writtenFor('postgres', replica);
    return {
      healthy: written,
      failing: primary.written,
      refused: { ...written, port: await unusedPort() },
      hanging: { ...written, host: silent.host, port: silent.port },
      close: () => silent.close(),
    };
  });

  it('is ok for a replica that keeps up, however long ago something was written', async () => {
    const result = await eventually(() => check({ 'warning-lag': '100ms', 'critical-lag': '1s' }), isOk);
    expect(result).toMatchObject({
      status: 'ok',
      performance: [{ label: 'lag', value: 0, unit: 's', warn: '0.1', crit: '1', min: 0 }],
    });
  });

  it('distinguishes a primary and a replica', async () => {
    expect(await runProbe({ type: 'sql-replication', ...primary.written })).toMatchObject({
      status: 'critical',
      message: 'Replication is not running: it is a primary, not a replica',
    });
  });

  it('reports its lag: a warning, then critical', async () => {
    // The replica applies changes five minutes later.
    await replica.sql("ALTER SYSTEM SET recovery_min_apply_delay = '5min'");
    await replica.sql('SELECT pg_reload_conf()');
    await primary.server.sql('INSERT INTO written VALUES (now())');
    const late = await eventually(() => check({ 'warning-lag': '200ms', 'critical-lag': '1h' }), isNot);
    expect(late).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^Replication is .* behind, which is warning: above 200ms$/),
      expected: 'a lag of at most 200ms',
    });
    expect(lagOf(late)).toBeGreaterThan(0.2);
    expect(await check({ 'warning-lag': '1ms', 'critical-lag': '200ms' })).toMatchObject({ status: 'critical' });
    await replica.sql('ALTER SYSTEM RESET recovery_min_apply_delay');
    await replica.sql('SELECT pg_reload_conf()');
    expect(await eventually(() => check({ 'critical-lag': '200ms' }), isOk)).toMatchObject({ status: 'ok' });
  });

  it('reports that replay is paused', async () => {
    await replica.sql('SELECT pg_wal_replay_pause()');
    expect(await eventually(check, isNot)).toMatchObject({
      status: 'critical',
      message: 'Replication is not running: replay is paused',
    });
    await replica.sql('SELECT pg_wal_replay_resume()');
    expect(await eventually(check, isOk)).toMatchObject({ status: 'ok' });
  });

  it('reports that the primary is gone', async () => {
    await primary.server.stop();
    expect(await eventually(check, isNot)).toMatchObject({
      status: 'critical',
      message: 'Replication is not running: nothing is received from the primary',
    });
  });
});

describe('sql-replication: a real MariaDB and its replica', () => {
  let primary: TestDatabase<MariadbServer>;
  let replica: MariadbServer;
  const check = (more: Written = {}) => runProbe({ type: 'sql-replication', ...writtenFor('mysql', replica), ...more });

  beforeAll(async () => {
    primary = await startMariadb();
    await primary.server.sql("GRANT SLAVE MONITOR ON *.* TO monitoring@'%'");
    await primary.server.sql('CREATE TABLE shop.written (at timestamp)');
    replica = await primary.server.startReplica();
    await eventually(check, isOk);
  }, 60_000);
  afterAll(async () => {
    await replica.stop();
    await primary.server.stop();
  });

  describeProbeContract(sqlReplicationMonitor, async () => {
    const silent = await startTcpTarget();
    silent.mode = 'hang';
    const written = writtenFor('mysql', replica);
    return {
      healthy: written,
      failing: primary.written,
      refused: { ...written, port: await unusedPort() },
      hanging: { ...written, host: silent.host, port: silent.port },
      close: () => silent.close(),
    };
  });

  it('is ok for a replica that keeps up', async () => {
    expect(await check({ 'critical-lag': '1h' })).toMatchObject({
      status: 'ok',
      performance: [{ label: 'lag', unit: 's', crit: '3600' }],
    });
    expect(await check({ connection: 'orders' })).toMatchObject({
      status: 'critical',
      message: 'Replication is not running: no replication is named orders',
    });
  });

  it('reports a server that replicates from nobody', async () => {
    expect(await runProbe({ type: 'sql-replication', ...primary.written })).toMatchObject({
      status: 'critical',
      message: 'Replication is not running: no replication is set up',
    });
  });

  it('reports its lag: a warning, then critical', async () => {
    await replica.sql('STOP SLAVE');
    await replica.sql('CHANGE MASTER TO MASTER_DELAY = 300');
    await replica.sql('START SLAVE');
    await primary.server.sql('INSERT INTO shop.written VALUES (now())');
    const late = await eventually(() => check({ 'warning-lag': '1s', 'critical-lag': '1h' }), isNot);
    expect(late).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^Replication is \d+s behind, which is warning: above 1s$/),
    });
    expect(await check({ 'critical-lag': '1s' })).toMatchObject({ status: 'critical' });
    await replica.sql('STOP SLAVE');
    await replica.sql('CHANGE MASTER TO MASTER_DELAY = 0');
    await replica.sql('START SLAVE');
    expect(await eventually(() => check({ 'critical-lag': '1s' }), isOk)).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['STOP SLAVE SQL_THREAD', 'Replication is not running: applying has stopped'],
    ['STOP SLAVE IO_THREAD', 'Replication is not running: receiving has stopped'],
    ['STOP SLAVE', 'Replication is not running: receiving has stopped'],
  ])('reports that %s has stopped', async (statement, message) => {
    await replica.sql(statement);
    expect(await check()).toMatchObject({ status: 'critical', message });
    await replica.sql('START SLAVE');
    expect(await eventually(check, isOk)).toMatchObject({ status: 'ok' });
  });

  it('reports the error that stopped it', async () => {
    await replica.sql('SET GLOBAL read_only = OFF');
    await replica.sql('DROP TABLE shop.written');
    await primary.server.sql('INSERT INTO shop.written VALUES (now())');
    expect(await eventually(check, isNot)).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(
        /^Replication is not running: applying has stopped: .*shop\.written.* doesn't exist/,
      ),
    });
  });

  it('is unknown for an account without the permission', async () => {
    await replica.sql("CREATE USER nobody@'%' IDENTIFIED BY 'x'");
    const result = await check({ username: 'nobody', password: 'x', database: undefined });
    expect(result).toMatchObject({
      status: 'unknown',
      message: expect.stringMatching(/^Cannot see the replication: .*SLAVE MONITOR/),
    });
    expect(JSON.stringify(result)).not.toContain(PASSWORD);
  });

  it('reports that the primary is gone', async () => {
    await replica.sql('STOP SLAVE');
    await primary.server.stop();
    await replica.sql('START SLAVE');
    expect(await eventually(check, isNot)).toMatchObject({
      status: 'critical',
      message: expect.stringMatching(/^Replication is not running: receiving is not running \(Connecting\)/),
    });
  });
});
