import type { EventEmitter } from 'node:events';
import type { Connection, FieldPacket } from 'mysql2';
import type { Scope } from '@9volt/process';
import { openConnection } from '../net/open-connection.js';
import { startTls } from '../net/start-tls.js';
import type { ProbeRun } from '../probe/probe-run.js';
import {
  type Connect,
  type Row,
  Rows,
  type Session,
  type SessionOptions,
  type SqlResult,
  type Statement,
} from './session.js';
import type { DatabaseServer } from './sql-settings.js';
import { notTheProtocol, Transport } from './transport.js';

const ER_UNKNOWN_SYSTEM_VARIABLE = 1193;

/** Parts of a connection that its types lack. */
interface Inner {
  startTLS(onSecure: (error?: Error) => void): void;
}

/** The greeting of a server. */
interface Greeting {
  serverVersion: string;
}

export const connectMysql: Connect = async (server, options, run, scope) => {
  const { connection, transport, isMariadb } = await login(server, run, scope);
  const session = new MysqlSession(connection, transport, async (...cancel) => {
    const other = await login(server, ...cancel);
    await settled(other.connection, `KILL QUERY ${connection.threadId}`).finally(() => other.connection.end());
  });
  for (const text of preparation(options, isMariadb)) {
    await session.query({ text }).catch((error: unknown) => {
      // The limit is a precaution that an old server does not know.
      if ((error as { errno?: number }).errno !== ER_UNKNOWN_SYSTEM_VARIABLE) throw error;
    });
  }
  return session;
};

function preparation({ readOnly, statementLimitMs }: SessionOptions, isMariadb: boolean): string[] {
  const limit = isMariadb
    ? `max_statement_time = ${statementLimitMs / 1_000}`
    : `max_execution_time = ${Math.ceil(statementLimitMs)}`;
  return [
    // Ends a statement, or a silent session, after this time.
    `SET SESSION wait_timeout = ${Math.ceil(statementLimitMs / 1_000)}, ${limit}`,
    ...(readOnly ? ['SET SESSION TRANSACTION READ ONLY'] : []),
  ];
}

async function login(
  server: DatabaseServer,
  run: ProbeRun,
  scope: Scope,
): Promise<{ connection: Connection; transport: Transport; isMariadb: boolean }> {
  const { default: mysql } = await import('mysql2');
  const { host, port, tls } = server;
  const socket = await openConnection({ host, port, tls: undefined }, run, scope);
  run.stage = 'logging in';
  const plain = tls ? greetingOnly() : undefined;
  const transport = new Transport(socket, (chunk) => plain?.inspect(chunk));
  scope.onEnd(() => void transport.destroy());
  const connection = mysql.createConnection({
    stream: transport,
    user: server.user,
    password: server.password,
    ...(server.database === undefined ? {} : { database: server.database }),
    // Only requests TLS; `tls` below says how.
    ...(tls ? { ssl: {} } : {}),
    flags: ['-LOCAL_FILES'],
    connectTimeout: 0,
    rowsAsArray: true,
    // As the server writes them, without code generated from its answers.
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    disableEval: true,
  });
  const inner = connection as unknown as Inner;
  if (tls) {
    inner.startTLS = (onSecure) => {
      const secured = transport.secure((plainSocket) => {
        plain?.isSecured();
        return startTls(plainSocket, host, tls, run, scope);
      });
      secured.then(
        () => {
          run.stage = 'logging in';
          onSecure();
        },
        (error: Error) => onSecure(error),
      );
    };
  }
  const events = connection as unknown as EventEmitter;
  // Disables warnings about packets out of order, which it would accept anyway.
  events.on('warn', (warning: Error) => {
    throw warning;
  });
  return new Promise((resolve, reject) => {
    // Keep this listener: an error may come when nobody waits for one any more, and without a listener it would end the process.
    events.on('error', (error: Error) => {
      transport.failure ??= error;
      reject(transport.reasonOf(error));
    });
    events.once('connect', ({ serverVersion }: Greeting) =>
      resolve({ connection, transport, isMariadb: /mariadb/i.test(serverVersion) }),
    );
  });
}

/**
 * Refuses bytes between the greeting and TLS: the client would treat them as if they came over TLS, and anybody in between can send
 * them.
 */
function greetingOnly(): { inspect(chunk: Buffer): void; isSecured(): void } {
  let received = Buffer.alloc(0);
  let secured = false;
  return {
    inspect(chunk) {
      if (secured) return;
      received = Buffer.concat([received, chunk]);
      if (received.length > 4 && received.length > received.readUIntLE(0, 3) + 4) {
        throw notTheProtocol('more than a greeting before TLS');
      }
    },
    isSecured() {
      secured = true;
    },
  };
}

class MysqlSession implements Session {
  constructor(
    private readonly connection: Connection,
    private readonly transport: Transport,
    readonly cancel: Session['cancel'],
  ) {}

  query({ text, params = [] }: Statement): Promise<SqlResult> {
    return settled(this.connection, text, params).catch((error: unknown) => {
      throw this.transport.reasonOf(error);
    });
  }

  end(): void {
    this.connection.end();
  }
}

function settled(connection: Connection, sql: string, params: readonly string[] = []): Promise<SqlResult> {
  return new Promise((resolve, reject) => {
    let columns: string[] | undefined;
    const rows = new Rows();
    // An error of the connection goes to its listener only, perhaps at once.
    connection.once('error', reject);
    // Not every statement can be prepared.
    const command = params.length > 0 ? connection.execute(sql, [...params]) : connection.query(sql);
    command.once('error', reject);
    command.once('fields', (fields: FieldPacket[] | undefined) => {
      columns = fields?.map(({ name }) => name) ?? [];
    });
    command.on('result', (row: unknown, index: number) => {
      // A procedure may have several results: the first counts. One without columns says how many rows changed.
      if (columns?.length && !index) rows.add(() => (row as unknown[]).map(asText));
    });
    command.once('end', () => {
      connection.off('error', reject);
      resolve(rows.result(columns ?? []));
    });
  });
}

function asText(value: unknown): Row[number] {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
