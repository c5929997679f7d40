import { existsSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { unusedPort } from '@9volt/testing';
import { DatabaseProcess, makeDirectory, runToEnd, writeSecret } from '@9volt/testing/postgres';

const SERVER = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';

export const hasMariadb = existsSync(SERVER) && existsSync(INSTALL);

export interface MariadbOptions {
  /** Serves TLS with this key and certificate (PEM); clients may send one of that authority. */
  tls?: { key: string; cert: string; ca?: string };
  /** Options of the server, such as `--require-secure-transport=ON`. */
  options?: readonly string[];
}

/** Debian's MariaDB on a free port of 127.0.0.1, with its data below the temporary directory; `root` has no password. */
export class MariadbServer {
  readonly host = '127.0.0.1';
  private connection: mysql.Connection | undefined;

  private constructor(
    readonly port: number,
    private readonly process: DatabaseProcess,
  ) {}

  static async start({ tls, options = [] }: MariadbOptions = {}): Promise<MariadbServer> {
    const directory = makeDirectory('9v-my-', {});
    const port = await unusedPort();
    const small = [
      '--innodb-log-file-size=4M',
      '--innodb-buffer-pool-size=8M',
      '--innodb-data-file-path=ibdata1:5M:autoextend',
    ];
    const common = [
      '--no-defaults',
      `--datadir=${join(directory, 'data')}`,
      ...asRoot(),
      ...small,
      '--skip-name-resolve',
    ];
    const process = new DatabaseProcess(
      directory,
      SERVER,
      [
        ...common,
        ...['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(directory, 'socket')}`],
        ...[`--pid-file=${join(directory, 'pid')}`, '--innodb-flush-log-at-trx-commit=0', '--log-warnings=2'],
        ...['--server-id=1', '--log-bin=binlog', '--binlog-format=ROW'],
        ...(tls ? [`--ssl-key=${join(directory, 'server.key')}`, `--ssl-cert=${join(directory, 'server.crt')}`] : []),
        ...(tls?.ca ? [`--ssl-ca=${join(directory, 'ca.crt')}`] : []),
        ...options,
      ],
      /ready for connections/,
      {},
    );
    try {
      if (tls) {
        writeSecret(join(directory, 'server.key'), tls.key, {});
        writeSecret(join(directory, 'server.crt'), tls.cert, {});
        if (tls.ca) writeSecret(join(directory, 'ca.crt'), tls.ca, {});
      }
      const install = ['--auth-root-authentication-method=normal', '--skip-test-db', '--force'];
      await runToEnd(INSTALL, [...common, ...install], directory, {});
      await process.start();
      return new MariadbServer(port, process);
    } catch (error) {
      process.remove();
      throw error;
    }
  }

  /** A replica of this server, which sends it everything in its binary log. */
  async startReplica({ options = [], ...rest }: MariadbOptions = {}): Promise<MariadbServer> {
    const replica = await MariadbServer.start({ ...rest, options: ['--server-id=2', '--read-only=ON', ...options] });
    const from = `MASTER_HOST='${this.host}', MASTER_PORT=${this.port}, MASTER_USER='root', MASTER_USE_GTID=slave_pos`;
    await replica.sql(`CHANGE MASTER TO ${from}, MASTER_CONNECT_RETRY=1`);
    await replica.sql('START SLAVE');
    return replica;
  }

  /** Runs a statement as root, for the test's own purposes. */
  async sql(text: string): Promise<Record<string, unknown>[]> {
    this.connection ??= await mysql.createConnection({
      socketPath: join(this.process.directory, 'socket'),
      user: 'root',
    });
    const [rows] = await this.connection.query(text);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  }

  get log(): string {
    return this.process.log;
  }

  signal(name: NodeJS.Signals): void {
    this.process.signal(name);
  }

  async stop(): Promise<void> {
    this.connection?.destroy();
    this.connection = undefined;
    await this.process.stop('SIGKILL');
    this.process.remove();
  }
}

/** It refuses to run as root otherwise. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}
