import { type CheckResult, withoutSecrets } from '@9volt/contracts';
import { CutShort, type Scope, scoped, Stop } from '@9volt/process';
import { inWords } from '../probe/error-words.js';
import { excerpt } from '../probe/excerpt.js';
import { ProbeRun, type RunContext } from '../probe/probe-run.js';
import { connectMysql } from './mysql.js';
import { connectPostgres } from './postgres.js';
import type { Connect, Session } from './session.js';
import {
  connectTimeoutMs,
  type DatabaseServer,
  type DriverName,
  placeOf,
  queryTimeoutMs,
  secretsOf,
  serverOf,
  type SqlSettings,
} from './sql-settings.js';
import { TooMuch } from './transport.js';

/** How long cancelling a query may take. */
const CANCEL_MS = 200;

/** How much longer the server's own limit of a statement is than ours, so that a timeout has the same words. */
const GRACE_MS = 500;

const DRIVERS: Readonly<Record<DriverName, Connect>> = { postgres: connectPostgres, mysql: connectMysql };

/** The longest limit of a statement that PostgreSQL accepts. */
const LONGEST_LIMIT_MS = 2_147_483_647;

/** For checks that end by the limits of their parts. */
const never = new Stop();

export interface DatabaseCheck<T> {
  /** Whether the session must be read-only. */
  readOnly: boolean;
  /** Runs the queries of the check, within the query-timeout. */
  ask(session: Session): Promise<T>;
  /** The verdict on the answer. */
  judge(answer: T, run: ProbeRun): CheckResult;
}

/** Longest duration of a {@link databaseCheck}, in milliseconds. */
export function databaseDeadlineMs(settings: SqlSettings): number {
  return connectTimeoutMs(settings) + queryTimeoutMs(settings) + CANCEL_MS;
}

/** The settings that a check needs. */
interface Plan {
  server: DatabaseServer;
  place: string;
  secrets: readonly (string | undefined)[];
  connectMs: number;
  queryMs: number;
}

/**
 * Logs in, runs the query, judges. A query that takes longer than its limit, or than the check, is cancelled on the server. Its
 * answer contains no secret.
 */
export function databaseCheck<T>(
  settings: SqlSettings,
  check: DatabaseCheck<T>,
): (context: RunContext) => Promise<CheckResult> {
  const plan: Plan = {
    server: serverOf(settings),
    place: placeOf(settings),
    secrets: secretsOf(settings),
    connectMs: connectTimeoutMs(settings),
    queryMs: queryTimeoutMs(settings),
  };
  return (context) => checkDatabase(plan, new ProbeRun(context), check);
}

async function checkDatabase<T>(plan: Plan, run: ProbeRun, check: DatabaseCheck<T>): Promise<CheckResult> {
  const asked = await scoped(Infinity, never, (scope) => answerOf(plan, run, check, scope));
  const result = 'failure' in asked ? asked.failure : check.judge(asked.answer, run);
  const scrub = (text: string): string => withoutSecrets(text, plan.secrets);
  return {
    ...result,
    message: scrub(result.message),
    ...(result.expected === undefined ? {} : { expected: scrub(result.expected) }),
    ...(result.found === undefined ? {} : { found: scrub(result.found) }),
  };
}

async function answerOf<T>(
  { server, place, secrets, connectMs, queryMs }: Plan,
  run: ProbeRun,
  { readOnly, ask }: DatabaseCheck<T>,
  scope: Scope,
): Promise<{ answer: T } | { failure: CheckResult }> {
  let session: Session;
  try {
    const options = { readOnly, statementLimitMs: Math.min(queryMs + GRACE_MS, LONGEST_LIMIT_MS) };
    session = await run.within(connectMs, () => DRIVERS[server.driver](server, options, run, scope));
  } catch (error) {
    const reason = sqlErrorInWords(error, secrets);
    return { failure: run.failedWith(error, `Unable to log in to ${place}: ${reason}`, 'a login', reason) };
  }

  run.stage = 'waiting for the result';
  const askedSince = performance.now();
  let asking: Promise<T> | undefined;
  try {
    const answer = await run.within(queryMs, () => (asking = ask(session)));
    run.spent('firstByte', askedSince);
    session.end();
    return { answer };
  } catch (error) {
    if (error instanceof CutShort || error instanceof TooMuch) await cancelled(session, run, asking);
    else session.end();
    const reason = sqlErrorInWords(error, secrets);
    return { failure: run.failedWith(error, `Query failed: ${reason}`, 'a result', reason) };
  }
}

/** Makes the server end the running statement, and then logs out. Best effort: the server has a limit of its own. */
function cancelled(session: Session, { targets }: ProbeRun, asking: Promise<unknown> | undefined): Promise<void> {
  return scoped(CANCEL_MS, never, async (scope) => {
    await session.cancel(new ProbeRun({ signal: never, targets }), scope);
    await asking?.catch(() => undefined);
    session.end();
  }).catch(() => undefined);
}

/** The message of a driver or a server, with the code of the error: `relation "jobs" does not exist (42P01)`. */
function sqlErrorInWords(error: unknown, secrets: readonly (string | undefined)[]): string {
  const { code } = error as { code?: unknown };
  const words = excerpt(withoutSecrets(inWords(error), secrets), 600);
  const isServers = typeof code === 'string' && /^(?:[0-9A-Z]{5}|ER_\w+)$/.test(code) && !words.includes(code);
  return isServers ? `${words} (${code})` : words;
}
