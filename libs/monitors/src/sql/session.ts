import type { Scope } from '@9volt/process';
import type { ProbeRun } from '../probe/probe-run.js';
import type { DatabaseServer } from './sql-settings.js';
import { TooMuch } from './transport.js';

/** How many rows of a result it keeps. */
const KEPT_ROWS = 100;

/** How many rows of a result it counts. With more the check fails, so that it ends. */
export const MAX_ROWS = 10_000;

export interface Statement {
  /** One statement. */
  text: string;
  /** The values for `$1`, `$2` … (postgres) or each `?` (mysql). */
  params?: readonly string[];
}

/** Each value as text; null if there is none. */
export type Row = readonly (string | null)[];

export interface SqlResult {
  columns: readonly string[];
  /** The first hundred. */
  rows: readonly Row[];
  /** Number of all rows. */
  rowCount: number;
  /** Milliseconds from the statement to the end of its result. */
  tookMs: number;
}

export interface SessionOptions {
  /** Whether the session must be read-only. */
  readOnly: boolean;
  /** After this time the server ends a statement itself, if we can no longer cancel it. */
  statementLimitMs: number;
}

/** A session in a database. */
export interface Session {
  /** In its own transaction. Rejects with the error of the server or the connection, or with {@link TooMuch}. One at a time. */
  query(statement: Statement): Promise<SqlResult>;
  /** Makes the server end the running statement, over another connection. Rejects if that fails. */
  cancel(run: ProbeRun, scope: Scope): Promise<void>;
  /** Logs out, so that the server does not log a lost client. */
  end(): void;
}

/** Logs in. Destroys the connection when the scope ends. Rejects with the error of the server or the connection. */
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
