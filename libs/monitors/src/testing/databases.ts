import { MariadbServer, type MariadbOptions } from './mariadb-server.js';
import { PostgresServer, type PostgresOptions } from '@9volt/testing/postgres';
import type { Written } from './run-probe.js';

/** No message of a probe may contain it. */
export const PASSWORD = 'hush-5e0c';

/** A real server, and the attributes to reach it: an account that may create and read tables in the database `shop`. */
export interface TestDatabase<Server extends PostgresServer | MariadbServer = PostgresServer | MariadbServer> {
  server: Server;
  written: Written;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<TestDatabase<PostgresServer>> {
  const server = await PostgresServer.start({
    ...options,
    access: [...(options.access ?? []), 'host all monitoring 127.0.0.1/32 scram-sha-256'],
  });
  await server.sql(`CREATE ROLE monitoring LOGIN PASSWORD '${PASSWORD}'`);
  await server.sql('CREATE DATABASE shop OWNER monitoring');
  return { server, written: writtenFor('postgres', server) };
}

export async function startMariadb(options: MariadbOptions = {}): Promise<TestDatabase<MariadbServer>> {
  const server = await MariadbServer.start(options);
  await server.sql(`CREATE USER monitoring@'%' IDENTIFIED BY '${PASSWORD}'`);
  await server.sql('CREATE DATABASE shop');
  await server.sql("GRANT ALL ON shop.* TO monitoring@'%'");
  return { server, written: writtenFor('mysql', server) };
}

export function writtenFor(driver: string, { host, port }: { host: string; port: number }): Written {
  return { driver, host, port, username: 'monitoring', password: PASSWORD, database: 'shop' };
}
