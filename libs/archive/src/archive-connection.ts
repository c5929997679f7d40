import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { guarded } from '@9volt/contracts';
import type { Pool, PoolClient } from 'pg';
import { ArchiveFault, asArchiveFault } from './archive-fault.js';
import type { ArchiveSettings, ArchiveTls } from './archive-settings.js';

/** A process needs few: the leader has one thing to write, and questions are short. */
const MAX_CONNECTIONS = 4;
const IDLE_MS = 30_000;
const CONNECT_MS = 5_000;
/** Whether a server answers at all is known sooner than what it answers. */
const ANSWER_MS = 2_000;
const CLOSE_MS = 1_000;
/** Of one statement, and of a silence within a transaction. */
const STATEMENT_MS = 20_000;

/** Runs one statement of a transaction. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** The connections of one process to the archive. It loads the client of PostgreSQL when it is first used. */
export class ArchiveConnection {
  private opened: Promise<Pool> | undefined;

  constructor(readonly settings: ArchiveSettings) {}

  /** A transaction that only reads, for at most `limitMs` in all. Throws {@link ArchiveFault}. */
  read<T>(limitMs: number, work: (query: Query) => Promise<T>): Promise<T> {
    return this.transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', limitMs, Math.min(limitMs, ANSWER_MS), work);
  }

  /** A transaction, for at most `limitMs` in all. Throws {@link ArchiveFault}. */
  write<T>(limitMs: number, work: (query: Query) => Promise<T>): Promise<T> {
    return this.transaction('READ WRITE', limitMs, limitMs, work);
  }

  async close(): Promise<void> {
    const pool = await this.opened?.catch(() => undefined);
    const patience = new AbortController();
    // Not for a server that is cut off.
    await Promise.race([pool?.end(), sleep(CLOSE_MS, undefined, { signal: patience.signal, ref: false })]);
    patience.abort();
  }

  private async transaction<T>(
    mode: string,
    limitMs: number,
    beginMs: number,
    work: (query: Query) => Promise<T>,
  ): Promise<T> {
    const limit = new TimeLimit(limitMs);
    const beginning = new TimeLimit(beginMs);
    let client: PoolClient | undefined;
    try {
      const pool = await this.pool();
      const connecting = pool.connect();
      // If it comes too late, it goes back.
      const giveBack = (): void => void connecting.then((late) => late.release()).catch(() => undefined);
      client = await beginning.on(connecting, giveBack);
      const query = queryOf(client, limit);
      const statementMs = Math.min(limitMs, STATEMENT_MS);
      // Limits of the transaction only: behind a pooler a session belongs to nobody. They end what a process leaves behind that is cut off.
      const limits =
        `SET LOCAL statement_timeout = ${statementMs}; SET LOCAL lock_timeout = ${statementMs}; ` +
        `SET LOCAL idle_in_transaction_session_timeout = ${STATEMENT_MS}`;
      await queryOf(client, beginning)(`BEGIN ${mode}; ${limits}`);
      const result = await work(query);
      await query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // Its state is not known.
      client?.release(true);
      throw asArchiveFault(error, this.settings);
    } finally {
      beginning.end();
      limit.end();
    }
  }

  private pool(): Promise<Pool> {
    this.opened ??= import('pg').then(({ default: pg }) => {
      const { host, port, user, password, database, tls } = this.settings;
      // All of them are given: the client would take others from the environment, and a password from a file there.
      const pool = new pg.Pool({
        host,
        port,
        user,
        database,
        password: () => password,
        ssl: tls ? tlsOptions(tls) : false,
        sslnegotiation: 'postgres',
        application_name: '9volt',
        max: MAX_CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS,
        idleTimeoutMillis: IDLE_MS,
        keepAlive: true,
        allowExitOnIdle: true,
      });
      // An idle connection that breaks is no news: the next use finds out.
      pool.on('error', () => undefined);
      // Neither is one that breaks in use: its query fails. Without a listener the error would end the process.
      pool.on(
        'connect',
        guarded('a connection of the archive', (client: PoolClient) => client.on('error', () => undefined)),
      );
      return pool;
    });
    return this.opened;
  }
}

function queryOf(client: PoolClient, limit: TimeLimit): Query {
  return async <Row>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
    const answer = await limit.on(values ? client.query(text, [...values]) : client.query(text));
    return answer.rows as Row[];
  };
}

/** A server that is cut off does not end anything by itself. */
class TimeLimit {
  private readonly expired: Promise<never>;
  private readonly timer: NodeJS.Timeout;

  constructor(ms: number) {
    let expire: (error: ArchiveFault) => void;
    this.expired = new Promise<never>((_, reject) => (expire = reject));
    this.expired.catch(() => undefined);
    const text = `the archive did not answer within ${ms / 1_000} s`;
    this.timer = setTimeout(
      guarded('a limit of the archive', () => expire(new ArchiveFault(text))),
      ms,
    );
  }

  async on<T>(work: Promise<T>, late?: () => void): Promise<T> {
    work.catch(() => undefined);
    try {
      return await Promise.race([work, this.expired]);
    } catch (error) {
      late?.();
      throw error;
    }
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** The client itself gives the host to compare with the certificate, and a server name unless the host is an address. */
function tlsOptions({ verify, ca }: ArchiveTls): ConnectionOptions {
  return {
    rejectUnauthorized: verify !== 'nothing',
    ...(ca === undefined ? {} : { ca }),
    ...(verify === 'authority' ? { checkServerIdentity: () => undefined } : {}),
  };
}
