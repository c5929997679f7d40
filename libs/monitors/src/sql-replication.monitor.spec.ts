import { describe, expect, it } from '@jest/globals';
import { type Replica, readReplica } from './sql/replica.js';
import { sqlReplicationMonitor } from './sql-replication.monitor.js';
import { faultsOf, monitorOf } from './testing/index.js';

// sql-replication.real.spec.ts uses real replicas. These are the answers of servers that Debian does not have.

describe('sql-replication: the settings', () => {
  const written = { type: 'sql-replication', driver: 'mysql', host: 'db', username: 'u' };

  it.each([
    [
      { 'warning-lag': '2m', 'critical-lag': '1m' },
      'warning-lag: "2m" is above the critical-lag; expected at most the critical-lag, 1m',
    ],
    [{ 'warning-lag': '-1s' }, expect.stringMatching(/^warning-lag: /)],
    [{ connection: '' }, expect.stringMatching(/^connection: /)],
  ])('refuses %j', (more, message) => {
    expect(faultsOf({ ...written, ...more })).toEqual([message]);
  });

  it('writes its target on one line', () => {
    const targetOf = (more: object) => sqlReplicationMonitor.target(monitorOf({ ...written, ...more }).settings);
    expect(targetOf({})).toBe('replication to mysql://db:3306');
    expect(targetOf({ connection: 'orders' })).toBe('replication to mysql://db:3306 (orders)');
  });
});

describe('the answers of servers about their replication', () => {
  type Channel = Record<string, string | null>;

  /** A MySQL server that understands one statement. */
  function read(understood: string, channels: readonly Channel[], connection?: string): Promise<Replica> {
    const columns = Object.keys(channels[0] ?? {});
    const rows = channels.map((channel) => Object.values(channel));
    const query = ({ text }: { text: string }) =>
      text === understood
        ? Promise.resolve({ columns, rows, rowCount: rows.length, tookMs: 1 })
        : Promise.reject(Object.assign(new Error('syntax'), { errno: 1064 }));
    return readReplica('mysql', { query, cancel: () => Promise.resolve(), end: () => undefined }, connection);
  }
  const channel = (name: string, more: Channel = {}): Channel => ({
    Channel_Name: name,
    Replica_IO_Running: 'Yes',
    Replica_SQL_Running: 'Yes',
    Seconds_Behind_Source: '3',
    Last_IO_Error: '',
    Last_SQL_Error: '',
    ...more,
  });
  const OLD = { Slave_IO_Running: 'Yes', Slave_SQL_Running: 'Yes', Seconds_Behind_Master: '7', Last_IO_Error: '' };

  it('reads the column names of new and old servers', async () => {
    expect(await read('SHOW REPLICA STATUS', [channel('')])).toEqual({ is: 'running', lagMs: 3_000 });
    expect(await read('SHOW SLAVE STATUS', [OLD])).toEqual({ is: 'running', lagMs: 7_000 });
  });

  it('takes the worst of several connections, or the named one', async () => {
    const channels = [channel('a'), channel('b', { Seconds_Behind_Source: '90' })];
    expect(await read('SHOW REPLICA STATUS', channels)).toEqual({ is: 'running', lagMs: 90_000 });
    expect(await read('SHOW REPLICA STATUS', channels, 'a')).toEqual({ is: 'running', lagMs: 3_000 });
    expect(await read('SHOW REPLICA STATUS', channels, 'c')).toEqual({
      is: 'stopped',
      why: 'no replication is named c',
    });
    expect(await read('SHOW REPLICA STATUS', [])).toEqual({ is: 'stopped', why: 'no replication is set up' });
  });

  it.each([
    [{ Replica_IO_Running: 'No' }, 'b: receiving has stopped'],
    [{ Replica_IO_Running: 'Connecting', Last_IO_Error: 'denied' }, 'b: receiving is not running (Connecting): denied'],
    [
      { Replica_SQL_Running: 'No', Last_SQL_Error: 'duplicate\u001b[2J' },
      'b: applying has stopped: duplicate\\u001b[2J',
    ],
  ])('%j reports it as stopped', async (more, why) => {
    expect(await read('SHOW REPLICA STATUS', [channel('a'), channel('b', more)])).toEqual({ is: 'stopped', why });
  });

  it('treats an unknown lag as unknown', async () => {
    const channels = [channel('a'), channel('b', { Seconds_Behind_Source: null })];
    expect(await read('SHOW REPLICA STATUS', channels)).toEqual({ is: 'running', lagMs: null });
  });

  it('passes on an unrelated error', async () => {
    await expect(read('something else', [])).rejects.toThrow('syntax');
  });
});
