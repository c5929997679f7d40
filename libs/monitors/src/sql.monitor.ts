import {
  capped,
  type CheckResult,
  Choice,
  Duration,
  fault,
  type FieldError,
  Flag,
  formatDuration,
  Integer,
  parseDuration,
  Shown,
  Text,
  TextList,
} from '@9volt/contracts';
import { defineMonitor } from './define-monitor.js';
import { valueOf } from './probe/attribute-value.js';
import { excerpt } from './probe/excerpt.js';
import type { ProbeRun } from './probe/probe-run.js';
import { databaseCheck, databaseDeadlineMs } from './sql/check-database.js';
import { CONDITION, CONDITION_EXPECTED, numberOf } from './sql/condition.js';
import { judgeNumber } from './sql/judge-number.js';
import { MAX_ROWS, type SqlResult } from './sql/session.js';
import { placeOf, SQL_DESTINATION, SqlSettings } from './sql/sql-settings.js';

const MEASURES = ['value', 'rows'] as const;

@Shown('driver', 'host', 'username', 'password', 'query', 'expect')
export class SqlQuerySettings extends SqlSettings {
  @Text({
    doc: 'Statement to run; one only. The value is the first column of its first row.',
    required: true,
    example: "SELECT count(*) FROM jobs WHERE state = 'failed'",
    multiline: true,
    maxLength: 16_384,
  })
  query!: string;

  @TextList({
    doc: 'Values for $1, $2 … (postgres) or for each ? (mysql) in the query.',
    example: ['eu-west'],
    allowEmptyItems: true,
  })
  params?: string[];

  @Text({
    group: 'expect',
    doc: 'Expected value, exactly as the database writes it; for a boolean, true or false. NULL never matches.',
    example: 'ready',
  })
  expect?: string;

  @Integer({ group: 'expect', doc: 'Expected number of rows.', minimum: 0, maximum: MAX_ROWS, example: 1 })
  'expected-rows'?: number;

  @Choice({
    group: 'expect',
    doc: 'What to compare with warning and critical: the value (a number), or the number of rows.',
    values: MEASURES,
    default: 'value',
  })
  measure?: (typeof MEASURES)[number];

  @Text({
    group: 'expect',
    doc: 'The result is a warning if the measured number meets this condition.',
    example: '> 10',
    pattern: CONDITION,
    expected: CONDITION_EXPECTED,
  })
  warning?: string;

  @Text({
    group: 'expect',
    doc: 'The result is critical if the measured number meets this condition.',
    example: '> 100',
    pattern: CONDITION,
    expected: CONDITION_EXPECTED,
  })
  critical?: string;

  @Duration({
    group: 'expect',
    doc: 'Maximum time of the query. Unlike with query-timeout, the check waits for a slower query and reports it as slow.',
    example: '500ms',
  })
  'max-time'?: string;

  @Flag({
    doc: 'Run the query in a read-only transaction. If false, the changes of the query stay, whatever the result.',
    default: true,
  })
  'read-only'?: boolean;

  override crossCheck(): FieldError[] {
    const texts = [this.query, ...(this.params ?? [])];
    return [
      ...super.crossCheck(),
      ...texts.flatMap((text, index) =>
        text.includes('\0')
          ? [fault(index === 0 ? '/query' : `/params/${index - 1}`, text, 'a text without NUL characters')]
          : [],
      ),
    ];
  }
}

export const sqlMonitor = defineMonitor<SqlQuerySettings>({
  type: 'sql',
  summary: 'Runs a query; can check its value, its number of rows, and limits for a number.',
  settings: SqlQuerySettings,
  target: (settings) => `${placeOf(settings)} ${capped(settings.query.replaceAll(/\s+/g, ' ').trim(), 300)}`,
  destination: SQL_DESTINATION,
  deadlineMs: databaseDeadlineMs,
  weight: 5,
  prepare: (settings) =>
    databaseCheck(settings, {
      readOnly: valueOf(SqlQuerySettings, settings, 'read-only'),
      ask: (session) => session.query({ text: settings.query, params: settings.params ?? [] }),
      judge: (result, run) => judge(settings, result, run),
    }),
});

/** In this order: number of rows, value, time, measured values. */
function judge(settings: SqlQuerySettings, result: SqlResult, run: ProbeRun): CheckResult {
  return (
    judgeRows(settings, result, run) ??
    judgeValue(settings, result, run) ??
    judgeTime(settings, result, run) ??
    judgeMeasure(settings, result, run)
  );
}

function judgeRows(settings: SqlQuerySettings, { rowCount }: SqlResult, run: ProbeRun): CheckResult | undefined {
  const expected = settings['expected-rows'];
  if (expected === undefined || rowCount === expected) return undefined;
  return run.failed(
    `Query returned ${counted(rowCount)}, expected ${counted(expected)}`,
    counted(expected),
    counted(rowCount),
  );
}

function judgeValue({ expect }: SqlQuerySettings, result: SqlResult, run: ProbeRun): CheckResult | undefined {
  if (expect === undefined || valueIn(result) === expect) return undefined;
  const found = shownValue(result);
  return run.failed(`Query returned ${found}, expected '${excerpt(expect, 256)}'`, excerpt(expect, 200), found);
}

function judgeTime(settings: SqlQuerySettings, { tookMs }: SqlResult, run: ProbeRun): CheckResult | undefined {
  const maxTime = settings['max-time'];
  if (maxTime === undefined || tookMs <= parseDuration(maxTime)) return undefined;
  const allowed = formatDuration(parseDuration(maxTime));
  const took = formatDuration(Math.round(tookMs * 10) / 10);
  return run.failed(`Query took longer than ${allowed} allowed: ${took}`, `a result within ${allowed}`, took);
}

function judgeMeasure(settings: SqlQuerySettings, result: SqlResult, run: ProbeRun): CheckResult {
  if (settings.warning === undefined && settings.critical === undefined) return run.ok();
  if (valueOf(SqlQuerySettings, settings, 'measure') === 'rows') {
    return judgeNumber(run, 'rows', result.rowCount, settings, 'The number of rows');
  }
  const value = numberOf(valueIn(result) ?? '');
  if (value === undefined) {
    const found = shownValue(result);
    return run.failed(`Query returned ${found}, expected a number`, 'a number', found);
  }
  return judgeNumber(run, 'value', value, settings, 'The value');
}

/** The first column of the first row; null for NULL, undefined if there is none. */
function valueIn({ rows }: SqlResult): string | null | undefined {
  return rows[0]?.[0];
}

function shownValue(result: SqlResult): string {
  const value = valueIn(result);
  if (value === null) return 'NULL';
  return value === undefined ? 'no row' : `'${excerpt(value, 200)}'`;
}

function counted(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
