import { excerpt } from '../probe/excerpt.js';
import { numberOf } from './condition.js';
import type { Session, SqlResult } from './session.js';
import type { DriverName } from './sql-settings.js';

/** A server's status of the replication that it receives. */
export type Replica =
  /** Null: the server does not say how far behind it is. */
  | { is: 'running'; lagMs: number | null }
  | { is: 'stopped'; why: string }
  /** The account may not have the permission. */
  | { is: 'hidden'; why: string };

/** @param connection the one to check, of a server with several; default: all */
export function readReplica(driver: DriverName, session: Session, connection?: string): Promise<Replica> {
  return driver === 'postgres' ? readPostgres(session) : readMysql(session, connection);
}

/**
 * If everything received is replayed, there is no lag, however long ago the primary last wrote something. An account without
 * permission sees an empty status of the receiver, although there is one.
 */
const POSTGRES_STATUS = `
  SELECT pg_is_in_recovery(),
    CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END,
    (SELECT coalesce(status, '') FROM pg_stat_wal_receiver),
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END`;

async function readPostgres(session: Session): Promise<Replica> {
  const { rows } = await session.query({ text: POSTGRES_STATUS });
  const [recovering, paused, receiver, lag] = rows[0] ?? [];
  if (recovering !== 'true') return stopped('it is a primary, not a replica');
  if (paused === 'true') return stopped('replay is paused');
  if (typeof receiver !== 'string') return stopped('nothing is received from the primary');
  if (receiver !== '' && receiver !== 'streaming') return stopped(`the receiver is ${receiver}`);
  return { is: 'running', lagMs: milliseconds(lag) };
}

// MariaDB has all connections in the first; MySQL has the second since 8.0.22, and before that the third.
const MYSQL_STATUS = ['SHOW ALL SLAVES STATUS', 'SHOW REPLICA STATUS', 'SHOW SLAVE STATUS'] as const;

const SYNTAX_ERROR = 1064;
const ACCESS_DENIED = 1227;

async function readMysql(session: Session, connection: string | undefined): Promise<Replica> {
  let result: SqlResult;
  try {
    result = await firstUnderstood(session, MYSQL_STATUS);
  } catch (error) {
    const { errno, message } = error as { errno?: number; message: string };
    if (errno === ACCESS_DENIED) return { is: 'hidden', why: excerpt(message, 200) };
    throw error;
  }
  const all = result.rows.map((row) => new Map(result.columns.map((name, index) => [name, row[index] ?? null])));
  if (all.length === 0) return stopped('no replication is set up');
  const meant = all.filter((row) => connection === undefined || nameOf(row) === connection);
  if (meant.length === 0) return stopped(`no replication is named ${connection}`);
  const lags: (number | null)[] = [];
  for (const row of meant) {
    const why = whyStopped(row);
    if (why !== undefined) return stopped(nameOf(row) === '' ? why : `${nameOf(row)}: ${why}`);
    lags.push(milliseconds(of(row, 'Seconds_Behind_Master', 'Seconds_Behind_Source')));
  }
  return { is: 'running', lagMs: lags.includes(null) ? null : Math.max(...(lags as number[])) };
}

async function firstUnderstood(session: Session, [text, ...others]: readonly string[]): Promise<SqlResult> {
  try {
    return await session.query({ text: text ?? '' });
  } catch (error) {
    if ((error as { errno?: number }).errno !== SYNTAX_ERROR || others.length === 0) throw error;
    return firstUnderstood(session, others);
  }
}

type NamedRow = ReadonlyMap<string, string | null>;

/** The columns have new names in newer servers. */
function of(row: NamedRow, ...names: string[]): string | null {
  return row.get(names.find((name) => row.has(name)) ?? '') ?? null;
}

function nameOf(row: NamedRow): string {
  return of(row, 'Connection_name', 'Channel_Name') ?? '';
}

function whyStopped(row: NamedRow): string | undefined {
  const parts = [
    ['receiving', of(row, 'Slave_IO_Running', 'Replica_IO_Running'), of(row, 'Last_IO_Error')],
    ['applying', of(row, 'Slave_SQL_Running', 'Replica_SQL_Running'), of(row, 'Last_SQL_Error')],
  ] as const;
  const [doing, state, error] = parts.find(([, running]) => running !== 'Yes') ?? [];
  if (doing === undefined) return undefined;
  const how = state === 'No' || state === null ? 'has stopped' : `is not running (${excerpt(state ?? '', 40)})`;
  return `${doing} ${how}${error ? `: ${excerpt(error, 400)}` : ''}`;
}

function stopped(why: string): Replica {
  return { is: 'stopped', why };
}

function milliseconds(seconds: string | null | undefined): number | null {
  const number = seconds === null || seconds === undefined ? undefined : numberOf(seconds);
  return number === undefined ? null : Math.max(0, number * 1_000);
}
