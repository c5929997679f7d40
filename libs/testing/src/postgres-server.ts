import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { DatabaseProcess, makeDirectory, runToEnd, userNamed, writeSecret } from './database-process.js';
import { unusedPort } from './tcp-server.js';

const VERSIONS = '/usr/lib/postgresql';

/** The programs of the newest PostgreSQL that Debian installed; undefined without one. */
const programs = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(VERSIONS, version, 'bin'))
      .find((directory) => existsSync(join(directory, 'postgres')))
  : undefined;

export const hasPostgres = programs !== undefined;

export interface PostgresOptions {
  /** Serves TLS with this key and certificate (PEM); clients may send one of that authority. */
  tls?: { key: string; cert: string; ca?: string };
  /** Lines of pg_hba.conf, before those that accept the superuser `postgres` without a password. */
  access?: readonly string[];
  /** Settings as in postgresql.conf. */
  settings?: Readonly<Record<string, string | number>>;
}

/** Debian's PostgreSQL on a free port of 127.0.0.1, with its data below the temporary directory. */
export class PostgresServer {
  readonly host = '127.0.0.1';
  private client: pg.Client | undefined;

  private constructor(
    readonly port: number,
    private readonly process: DatabaseProcess,
  ) {}

  static start(options: PostgresOptions = {}): Promise<PostgresServer> {
    return PostgresServer.create(options, [
      'initdb',
      ...['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync', '--wal-segsize=1'],
    ]);
  }

  /** A replica that streams from this server. */
  startReplica(options: PostgresOptions = {}): Promise<PostgresServer> {
    return PostgresServer.create(options, [
      'pg_basebackup',
      ...[`--host=${this.host}`, `--port=${this.port}`, '--username=postgres'],
      ...['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync'],
    ]);
  }

  /** `fill` is the program that fills the data directory, and its arguments. */
  private static async create(
    { tls, access = [], settings = {} }: PostgresOptions,
    [fill, ...args]: [string, ...string[]],
  ): Promise<PostgresServer> {
    if (programs === undefined) throw new Error(`There is no PostgreSQL in ${VERSIONS}.`);
    const user = userNamed('postgres');
    const directory = makeDirectory('9v-pg-', user);
    const data = join(directory, 'data');
    const process = new DatabaseProcess(directory, join(programs, 'postgres'), ['-D', data], /ready to accept/, user);
    try {
      await runToEnd(join(programs, fill), [...args, '-D', data], directory, user);
      const port = await unusedPort();
      const all = {
        listen_addresses: '127.0.0.1',
        port,
        unix_socket_directories: directory,
        fsync: 'off',
        shared_buffers: '8MB',
        max_connections: 30,
        log_min_messages: 'log',
        ...settings,
        ...(tls ? { ssl: 'on', ssl_key_file: 'server.key', ssl_cert_file: 'server.crt' } : {}),
        ...(tls?.ca ? { ssl_ca_file: 'ca.crt' } : {}),
      };
      appendFileSync(
        join(data, 'postgresql.conf'),
        Object.entries(all)
          .map(([name, value]) => `${name} = '${value}'\n`)
          .join(''),
      );
      const trust = ['host all postgres 127.0.0.1/32 trust', 'host replication postgres 127.0.0.1/32 trust'];
      writeFileSync(join(data, 'pg_hba.conf'), [...access, ...trust, ''].join('\n'));
      if (tls) {
        writeSecret(join(data, 'server.key'), tls.key, user);
        writeSecret(join(data, 'server.crt'), tls.cert, user);
        if (tls.ca) writeSecret(join(data, 'ca.crt'), tls.ca, user);
      }
      await process.start();
      return new PostgresServer(port, process);
    } catch (error) {
      process.remove();
      throw error;
    }
  }

  /** Runs a statement as superuser, for the test's own purposes. */
  async sql(text: string): Promise<Record<string, unknown>[]> {
    if (!this.client) {
      this.client = new pg.Client({ host: this.host, port: this.port, user: 'postgres', database: 'postgres' });
      this.client.on('error', () => undefined);
      await this.client.connect();
    }
    return (await this.client.query<Record<string, unknown>>(text)).rows;
  }

  /** The rows of a database of its own. */
  async rows(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ host: this.host, port: this.port, user: 'postgres', database });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  get log(): string {
    return this.process.log;
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  async stop(): Promise<void> {
    await this.client?.end();
    this.client = undefined;
    await this.process.stop('SIGQUIT');
    this.process.remove();
  }
}
