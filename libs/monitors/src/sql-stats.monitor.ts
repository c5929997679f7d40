import { capped, type CheckResult, fault, type FieldError, Shown, Text } from '@9volt/contracts';
import { defineMonitor } from './define-monitor.js';
import { excerpt } from './probe/excerpt.js';
import type { ProbeRun } from './probe/probe-run.js';
import { databaseCheck, databaseDeadlineMs } from './sql/check-database.js';
import { CONDITION, CONDITION_EXPECTED, numberOf } from './sql/condition.js';
import { judgeNumber } from './sql/judge-number.js';
import type { SqlResult, Statement } from './sql/session.js';
import { type DriverName, placeOf, SQL_DESTINATION, SqlSettings } from './sql/sql-settings.js';

const CONNECTIONS: Readonly<Record<DriverName, string>> = { postgres: 'numbackends', mysql: 'Threads_connected' };

@Shown('driver', 'host', 'username', 'password', 'variable', 'warning', 'critical')
export class SqlStatsSettings extends SqlSettings {
  @Text({
    doc:
      'Status variable to read: for mysql one of SHOW GLOBAL STATUS, for postgres a column of pg_stat_database for the current database. ' +
      'Default: the number of connections, Threads_connected or numbackends.',
    example: 'deadlocks',
    maxLength: 64,
    pattern: /^\w+$/,
    expected: 'a name of letters, digits and underscores',
  })
  variable?: string;

  @Text({
    doc: 'Query to run instead of reading a variable; one statement. The number is the first column of its first row.',
    default: '',
    multiline: true,
    maxLength: 16_384,
  })
  query?: string;

  @Text({
    group: 'expect',
    doc: 'The result is a warning if the number meets this condition.',
    example: '> 80',
    pattern: CONDITION,
    expected: CONDITION_EXPECTED,
  })
  warning?: string;

  @Text({
    group: 'expect',
    doc: 'The result is critical if the number meets this condition.',
    example: '> 95',
    pattern: CONDITION,
    expected: CONDITION_EXPECTED,
  })
  critical?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...(this.query && this.variable !== undefined
        ? [fault('/variable', this.variable, 'either a variable or a query')]
        : []),
      ...(this.query?.includes('\0') ? [fault('/query', this.query, 'a text without NUL characters')] : []),
    ];
  }
}

export const sqlStatsMonitor = defineMonitor<SqlStatsSettings>({
  type: 'sql-stats',
  summary: 'Reads a number from a database (a status variable, or the result of a query) and compares it with limits.',
  settings: SqlStatsSettings,
  target: (settings) => `${placeOf(settings)} ${nameOf(settings)}`,
  destination: SQL_DESTINATION,
  deadlineMs: databaseDeadlineMs,
  weight: 5,
  prepare: (settings) =>
    databaseCheck(settings, {
      readOnly: true,
      ask: (session) => session.query(statementOf(settings)),
      judge: (result, run) => judge(settings, result, run),
    }),
});

/** The name of the variable, or the query in one line. */
function nameOf({ driver, query, variable }: SqlStatsSettings): string {
  return query ? capped(query.replaceAll(/\s+/g, ' ').trim(), 300) : (variable ?? CONNECTIONS[driver]);
}

function statementOf(settings: SqlStatsSettings): Statement {
  const { driver, query } = settings;
  if (query) return { text: query };
  const variable = nameOf(settings);
  return driver === 'postgres'
    ? {
        text: 'SELECT to_jsonb(d) ->> $1 FROM pg_stat_database d WHERE datname = current_database()',
        params: [variable],
      }
    : // It takes no parameters; and a name of letters, digits and underscores needs no quoting.
      { text: `SHOW GLOBAL STATUS WHERE Variable_name = '${variable}'` };
}

function judge(settings: SqlStatsSettings, { rows }: SqlResult, run: ProbeRun): CheckResult {
  // For a variable the server may send the name first.
  const value = settings.query ? rows[0]?.[0] : rows[0]?.at(-1);
  const name = settings.query ? 'The number' : nameOf(settings);
  if (!settings.query && typeof value !== 'string') {
    return run.verdict('unknown', `There is no status variable ${name}`, name, 'nothing');
  }
  const number = numberOf(value ?? '');
  if (number !== undefined) return judgeNumber(run, settings.query ? 'number' : name, number, settings, name);
  const found = value === undefined ? 'no row' : value === null ? 'NULL' : `'${excerpt(value, 200)}'`;
  return run.failed(`${name} is ${found}, expected a number`, 'a number', found);
}
