import type { Socket } from 'node:net';
import type { Client, Query, QueryArrayConfig, QueryArrayResult } from 'pg';
import type { Scope } from '@9volt/process';
import { openConnection } from '../net/open-connection.js';
import { negotiateTls } from '../net/starttls.js';
import { startTls } from '../net/start-tls.js';
import type { ProbeRun } from '../probe/probe-run.js';
import { postgresInspection } from './postgres-messages.js';
import { type Connect, Rows, type Session, type SessionOptions, type SqlResult, type Statement } from './session.js';
import type { DatabaseServer } from './sql-settings.js';
import { Transport } from './transport.js';

// PostgreSQL: Frontend/Backend Protocol, Message Formats.
const CANCEL_REQUEST = [16, 80_877_102];

const BOOLEAN = 16;

/** Values arrive as the server's text; only a boolean `t` needs a translation for people. */
const AS_TEXT = {
  getTypeParser: (type: number) => (text: string) => (type === BOOLEAN ? String(text === 't') : text),
};

/** Parts of a client that its types lack. */
interface Inner {
  processID: number | null;
  secretKey: number | null;
  getStartupConf(): Record<string, string>;
}

export const connectPostgres: Connect = async (server, options, run, scope) => {
  const { default: pg } = await import('pg');
  const socket = await openSocket(server, run, scope);
  run.stage = 'logging in';
  const transport = new Transport(socket, postgresInspection());
  scope.onEnd(() => void transport.destroy());
  const user = server.user;
  const database = server.database ?? user;
  // Without these, the client would take them from the environment of the worker, and a password from a file there.
  const settings = {
    host: server.host,
    port: server.port,
    user,
    database,
    ssl: false,
    sslnegotiation: 'postgres' as const,
  };
  const client = new pg.Client({ ...settings, password: () => server.password, stream: () => transport });
  client.on('error', (error) => (transport.failure ??= error));
  const inner = client as unknown as Inner;
  inner.getStartupConf = () => ({ user, database, application_name: '9volt' });
  await client.connect().catch((error: unknown) => {
    throw transport.reasonOf(error);
  });
  return new PostgresSession(pg.Query, client, transport, options, (...cancel) => sendCancel(server, inner, ...cancel));
};

class PostgresSession implements Session {
  constructor(
    private readonly QueryOf: typeof Query,
    private readonly client: Client,
    private readonly transport: Transport,
    private readonly options: SessionOptions,
    readonly cancel: Session['cancel'],
  ) {}

  /** Settings of the transaction only: behind a pooler a session belongs to nobody. */
  async query(statement: Statement): Promise<SqlResult> {
    const { readOnly, statementLimitMs } = this.options;
    try {
      await this.client.query(
        `BEGIN READ ${readOnly ? 'ONLY' : 'WRITE'}; SET LOCAL statement_timeout = ${Math.ceil(statementLimitMs)}`,
      );
      const result = await this.stream(statement);
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      throw this.transport.reasonOf(error);
    }
  }

  end(): void {
    void this.client.end();
  }

  private stream({ text, params = [] }: Statement): Promise<SqlResult> {
    return new Promise((resolve, reject) => {
      // Extended protocol, so that it is one statement: several could end the transaction and continue without it.
      const config = { text, values: [...params], rowMode: 'array', types: AS_TEXT, queryMode: 'extended' };
      const query = new this.QueryOf(config as QueryArrayConfig);
      const rows = new Rows();
      query.on('row', (row: unknown) => rows.add(() => row as (string | null)[]));
      query.once('error', reject);
      query.once('end', ({ fields }: QueryArrayResult) => resolve(rows.result(fields.map(({ name }) => name))));
      this.client.query(query);
    });
  }
}

async function openSocket({ host, port, tls }: DatabaseServer, run: ProbeRun, scope: Scope): Promise<Socket> {
  const socket = await openConnection({ host, port, tls: undefined }, run, scope);
  if (!tls) return socket;
  run.stage = 'asking for TLS';
  await negotiateTls(socket, 'postgres');
  return startTls(socket, host, tls, run, scope);
}

/** Settles when the server has closed the connection, which it does when done. It never reports the outcome. */
async function sendCancel(server: DatabaseServer, inner: Inner, run: ProbeRun, scope: Scope): Promise<void> {
  const socket = await openSocket(server, run, scope);
  socket.end(int32s([...CANCEL_REQUEST, inner.processID ?? 0, inner.secretKey ?? 0]));
  await new Promise((resolve) => socket.resume().once('close', resolve));
}

function int32s(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => bytes.writeInt32BE(number, index * 4));
  return bytes;
}
