import { Choice, Duration, type FieldError, Flag, Integer, MonitorSettings, Text, ownOf } from '@9volt/contracts';
import { hostAndPort, hostFault, hostOf } from '../net/host.js';
import type { TlsOptions } from '../net/start-tls.js';
import {
  TLS_DESTINATION,
  type TlsAttributes,
  TlsCa,
  TlsClientCert,
  TlsClientKey,
  tlsFaults,
  TlsLegacyRenegotiation,
  TlsMinVersion,
  tlsOptionsOf,
  TlsServerName,
  type TlsVersion,
} from '../net/tls-attributes.js';
import { timeoutMsOf } from '../probe/attribute-value.js';
import { timeoutFaults } from '../probe/timeout-faults.js';

const DRIVERS = ['postgres', 'mysql'] as const;
export type DriverName = (typeof DRIVERS)[number];

const STANDARD_PORTS: Readonly<Record<DriverName, number>> = { postgres: 5432, mysql: 3306 };

/** How to reach a database: the attributes of every database monitor. */
export class SqlSettings extends MonitorSettings implements TlsAttributes {
  @Choice({
    doc: 'Protocol of the server: `postgres`, or `mysql` (also MariaDB).',
    required: true,
    example: 'postgres',
    values: DRIVERS,
  })
  driver!: DriverName;

  @Text({
    doc: 'Host name or IP address of the database server.',
    required: true,
    example: 'db1.example.com',
    maxLength: 255,
  })
  host!: string;

  @Integer({
    doc: 'Port of the database server. Default: 5432 for postgres, 3306 for mysql.',
    minimum: 1,
    maximum: 65_535,
    example: 5433,
  })
  port?: number;

  @Text({
    doc: 'Account to log in with. Grant it only the rights that the query needs.',
    required: true,
    example: 'monitoring',
    maxLength: 256,
  })
  username!: string;

  @Text({ doc: 'Password of the account.', secret: true, example: 'an example', maxLength: 1_024 })
  password?: string;

  @Text({
    doc: 'Database to log in to. Default: for postgres the one named like the account, for mysql none.',
    example: 'shop',
    notEmpty: true,
    maxLength: 256,
  })
  database?: string;

  @Flag({
    group: 'tls',
    doc:
      'Use TLS only, and verify the certificate of the server. Without ssl, others on the network can read ' +
      'everything, and a false server can ask for the password.',
    default: false,
  })
  ssl?: boolean;

  @Flag({ doc: 'Accept any certificate. Only with ssl.', default: false })
  'tls-skip-verify'?: boolean;

  @TlsLegacyRenegotiation()
  'tls-legacy-renegotiation'?: boolean;

  @TlsServerName()
  'tls-server-name'?: string;

  @TlsCa()
  'tls-ca'?: string;

  @TlsMinVersion()
  'tls-min-version'?: TlsVersion;

  @TlsClientCert()
  'tls-client-cert'?: string;

  @TlsClientKey()
  'tls-client-key'?: string;

  @Duration({
    doc: 'Maximum time of resolving, connecting, TLS handshake and login together.',
    default: '4s',
  })
  timeout?: string;

  @Duration({
    doc: 'Maximum time of the query. The check then cancels it on the server too.',
    default: '10s',
  })
  'query-timeout'?: string;

  override crossCheck(): FieldError[] {
    return [
      ...super.crossCheck(),
      ...timeoutFaults(this, ['timeout', 'query-timeout']),
      ...hostFault(this.host),
      ...['username', 'database', 'password'].flatMap((name) => nulFault(this, name)),
      ...tlsFaults(this),
    ];
  }
}

/** A NUL ends a text in both protocols. */
function nulFault(settings: SqlSettings, name: string): FieldError[] {
  const text = ownOf(settings as unknown as Record<string, unknown>, name);
  if (typeof text !== 'string' || !text.includes('\0')) return [];
  const expected = 'a text without NUL characters';
  return [{ path: `/${name}`, expected, message: `${name}: is not valid; expected ${expected}` }];
}

/** Where a database is, and the credentials. */
export interface DatabaseServer {
  driver: DriverName;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string | undefined;
  tls: TlsOptions | undefined;
}

export function serverOf(settings: SqlSettings): DatabaseServer {
  return {
    driver: settings.driver,
    host: hostOf(settings.host) ?? settings.host,
    port: settings.port ?? STANDARD_PORTS[settings.driver],
    user: settings.username,
    password: settings.password ?? '',
    database: settings.database,
    tls: settings.ssl ? tlsOptionsOf(settings) : undefined,
  };
}

/** `postgres://db1.example.com:5432/shop` */
/** The attributes that decide where the password goes, and how well protected. */
export const SQL_DESTINATION: readonly (keyof SqlSettings)[] = ['username', 'ssl', ...TLS_DESTINATION];

export function placeOf(settings: SqlSettings): string {
  const { driver, host, port, database } = serverOf(settings);
  return `${driver}://${hostAndPort(host, port)}${database === undefined ? '' : `/${database}`}`;
}

export function connectTimeoutMs(settings: SqlSettings): number {
  return timeoutMsOf(SqlSettings, settings, 'timeout');
}

export function queryTimeoutMs(settings: SqlSettings): number {
  return timeoutMsOf(SqlSettings, settings, 'query-timeout');
}

/** Secrets that no message may contain. */
export function secretsOf(settings: SqlSettings): readonly (string | undefined)[] {
  return [settings.password, settings['tls-client-key']];
}
