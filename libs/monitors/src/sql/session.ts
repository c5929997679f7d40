import type { Scope } from '@9volt/process';
import type { ProbeRun } from '../probe/probe-run.js';
import type { DatabaseServer } from './sql-settings.js';
import { TooMuch } from './transport.js';

/** The rows of a result that are kept. */
const KEPT_ROWS = 100;

/** The rows of a result that are counted. With more of them a run fails, so that it has an end. */
export const MAX_ROWS = 10_000;

export interface Statement {
  /** One statement. */
  text: string;
  /** What stands for `$1`, `$2` … (postgres) or each `?` (mysql). */
  params?: readonly string[];
}

/** Each value as text, null where there is none. */
export type Row = readonly (string | null)[];

export interface SqlResult {
  columns: readonly string[];
  /** The first hundred. */
  rows: readonly Row[];
  /** All rows that there were. */
  rowCount: number;
  /** Milliseconds from the statement to the end of its result. */
  tookMs: number;
}

export interface SessionOptions {
  /** Whether the session may change nothing. */
  readOnly: boolean;
  /** After how long the server itself ends a statement, for when it can no longer be told to. */
  statementLimitMs: number;
}

/** Someone logged in to a database. */
export interface Session {
  /** In a transaction of its own. Rejects with what the server or the connection says, or with {@link TooMuch}. One at a time. */
  query(statement: Statement): Promise<SqlResult>;
  /** Over another connection, has the server end the statement that is running. Rejects when that cannot be. */
  cancel(run: ProbeRun, scope: Scope): Promise<void>;
  /** Takes leave, so that the server does not log a lost client. */
  end(): void;
}

/** Logs in. The connection is destroyed when the scope ends. Rejects with what the server or the connection says. */
export type Connect = (
  server: DatabaseServer,
  options: SessionOptions,
  run: ProbeRun,
  scope: Scope,
) => Promise<Session>;

/** The rows of one result as they come. */
export class Rows {
  private readonly since = performance.now();
  private readonly kept: Row[] = [];
  private count = 0;

  add(row: () => Row): void {
    this.count += 1;
    if (this.count > MAX_ROWS) throw new TooMuch(`the result has more than ${MAX_ROWS} rows`);
    if (this.kept.length < KEPT_ROWS) this.kept.push(row());
  }

  result(columns: readonly string[]): SqlResult {
    return { columns, rows: this.kept, rowCount: this.count, tookMs: performance.now() - this.since };
  }
}
