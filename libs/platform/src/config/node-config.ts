import { hostname } from 'node:os';
import type { ProgramRules, Role, TargetRules } from '@9volt/contracts';
import { isName, NAME_EXPECTED } from '@9volt/contracts/name';
import type { Environment } from './environment.js';
import type { NodeFlags } from './node-setting.js';
import { DEFAULT_SECRET_SOURCES } from './node-settings.js';
import {
  parseAccessTokens,
  parseListen,
  parseNetworks,
  parseProgramRules,
  parseSecretSources,
} from './parse-settings.js';
import { ConfigError, SettingReader } from './setting-reader.js';
import { type ArchiveSettings, parseArchive } from './archive-setting.js';
import { parseRemoteWrite, type RemoteWriteSettings } from './remote-write-setting.js';
import { VERSION } from './version.js';

export interface EtcdSettings {
  members: string[];
  username?: string;
  password?: string;
  /** PEM. */
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** The configuration of every command that uses etcd. */
export class EtcdConfig {
  readonly etcd: EtcdSettings;
  readonly prefix: string;
  readonly debug: boolean;

  constructor(values: { etcd: EtcdSettings; prefix: string; debug: boolean }) {
    this.etcd = values.etcd;
    this.prefix = values.prefix;
    this.debug = values.debug;
  }
}

export interface HttpLimits {
  connections: number;
  connectionsPerAddress: number;
  streams: number;
  streamsPerAddress: number;
}

const DEFAULT_LIMITS: HttpLimits = {
  connections: 1_000,
  connectionsPerAddress: 500,
  streams: 500,
  streamsPerAddress: 250,
};

/** The configuration of a node; injectable. Read once, at start. */
export class NodeConfig extends EtcdConfig {
  readonly role: Role;
  readonly memberName: string;
  readonly tags: readonly string[];
  readonly listen: { host: string; port: number };
  readonly accessTokens: readonly string[];
  /** Maximum number of connections, and of clients of the live stream, in all and from one address. */
  readonly limits: HttpLimits;
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** The addresses to which this node may connect because of a configuration. */
  readonly targets: TargetRules;
  /** The permitted sources of secrets. */
  readonly secretSources: readonly string[];
  /** Paths of the files that contain 9volt's own secrets: no configuration may refer to them. */
  readonly ownSecretFiles: readonly string[];
  /** The programs that exec monitors and exec alerters may run here, and how many of the monitors' run at once. */
  readonly programs: { rules: ProgramRules; atOnce: number };
  /** Maximum number of measured values in the metrics. */
  readonly performanceSeries: number;
  /** Maximum number of monitors that the metrics show one by one. */
  readonly monitorSeries: number;
  /** Where a worker records the notifications that it sent without etcd, from its stop to its next start. */
  readonly dataDir: string | undefined;
  /** For tests: divides the periods of history. */
  readonly historySpeed: number;
  /** Where this worker sends each result, besides etcd. */
  readonly remoteWrite: RemoteWriteSettings | undefined;
  /** Where the history is kept for longer than in etcd. */
  readonly archive: ArchiveSettings | undefined;
  /** Another address, for the public status pages alone. */
  readonly statusListen: { host: string; port: number } | undefined;
  readonly version = VERSION.text;
  readonly semver = VERSION.semver;

  constructor(
    values: { etcd: EtcdSettings; prefix: string; debug: boolean } & Pick<
      NodeConfig,
      'role' | 'memberName' | 'tags' | 'listen' | 'accessTokens' | 'publicUrl' | 'programs' | 'performanceSeries'
    > &
      Partial<
        Pick<
          NodeConfig,
          | 'limits'
          | 'secretSources'
          | 'ownSecretFiles'
          | 'targets'
          | 'monitorSeries'
          | 'dataDir'
          | 'historySpeed'
          | 'statusListen'
          | 'remoteWrite'
          | 'archive'
        >
      >,
  ) {
    super(values);
    this.role = values.role;
    this.memberName = values.memberName;
    this.tags = values.tags;
    this.listen = values.listen;
    this.accessTokens = values.accessTokens;
    this.limits = values.limits ?? DEFAULT_LIMITS;
    this.publicUrl = values.publicUrl;
    this.secretSources = values.secretSources ?? DEFAULT_SECRET_SOURCES;
    this.ownSecretFiles = values.ownSecretFiles ?? [];
    this.targets = { allow: [], deny: [], ...values.targets, etcd: values.etcd.members };
    this.programs = values.programs;
    this.performanceSeries = values.performanceSeries;
    this.monitorSeries = values.monitorSeries ?? 0;
    this.dataDir = values.dataDir;
    this.historySpeed = values.historySpeed ?? 1;
    this.statusListen = values.statusListen;
    this.remoteWrite = values.remoteWrite;
    this.archive = values.archive;
  }
}

const DEFAULT_PORT: Record<Role, number> = { server: 8080, api: 8080, scheduler: 8081, worker: 8082, status: 8083 };

/** Reads flags and environment. Throws {@link ConfigError} with every fault. */
export function loadEtcdConfig(flags: NodeFlags, env: Environment = process.env): EtcdConfig {
  const reader = new SettingReader(flags, env);
  const config = new EtcdConfig(etcdValues(reader));
  reader.finish();
  return config;
}

/** Reads flags and environment. Throws {@link ConfigError} with every fault. */
export function loadNodeConfig(role: Role, flags: NodeFlags, env: Environment = process.env): NodeConfig {
  const reader = new SettingReader(flags, env);
  const listen = parseListen(reader, DEFAULT_PORT[role]);
  const accessTokens = parseAccessTokens(reader);
  if (!isLoopback(listen.host) && accessTokens.length === 0 && role !== 'status' && !reader.flag('insecure')) {
    reader.fault(
      'listen',
      `refusing to listen on ${listen.host} without access tokens, because other machines can reach it; give --access-tokens, or --insecure if you want that`,
    );
  }
  const memberName = reader.text('memberId') ?? (role === 'server' ? hostname() : `${hostname()}-${role}`);
  if (!isName(memberName)) reader.fault('memberId', `expected ${NAME_EXPECTED}`);
  const publicUrl = reader.text('publicUrl');
  if (publicUrl !== undefined && !/^https?:\/\/[^/]+/.test(publicUrl)) {
    reader.fault('publicUrl', `expected an address such as https://monitoring.example.com, got "${publicUrl}"`);
  }
  const config = new NodeConfig({
    ...etcdValues(reader),
    role,
    memberName,
    tags: reader.list('tags'),
    listen,
    accessTokens,
    limits: {
      connections: reader.count('maxConnections', 1),
      connectionsPerAddress: reader.count('maxConnectionsPerAddress', 1),
      streams: reader.count('maxStreams', 1),
      streamsPerAddress: reader.count('maxStreamsPerAddress', 1),
    },
    publicUrl: publicUrl?.replace(/\/+$/, ''),
    secretSources: parseSecretSources(reader),
    targets: {
      allow: parseNetworks(reader, 'targetAllow'),
      deny: parseNetworks(reader, 'targetDeny'),
      only: parseNetworks(reader, 'targetOnly'),
    },
    programs: { rules: parseProgramRules(reader), atOnce: reader.count('execConcurrency', 1) },
    performanceSeries: reader.count('performanceSeries', 0),
    monitorSeries: reader.count('monitorSeries', 0),
    dataDir: reader.text('dataDir'),
    ...(reader.text('statusListen') === undefined ? {} : { statusListen: parseListen(reader, 0, 'statusListen') }),
    remoteWrite: parseRemoteWrite(reader),
    archive: parseArchive(reader),
    ownSecretFiles: reader.secretFiles,
    // Not for operators: docs/history.md.
    historySpeed: Number(env['NINEV_INTERNAL_HISTORY_SPEED'] ?? 1),
  });
  reader.finish();
  return config;
}

/** The access tokens of a node with this environment, and their faults. */
export function judgeAccessTokens(env: Environment): { count: number; faults: readonly string[] } {
  const reader = new SettingReader({}, env);
  try {
    const tokens = parseAccessTokens(reader);
    reader.finish();
    return { count: tokens.length, faults: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { count: 0, faults: error.faults };
    throw error;
  }
}

/** The address of a node with this environment on its own machine, as `http://host:port`. */
export function loadListenAddress(env: Environment): string {
  const reader = new SettingReader({}, env);
  const { host, port } = parseListen(reader, DEFAULT_PORT.server);
  reader.finish();
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function etcdValues(reader: SettingReader): { etcd: EtcdSettings; prefix: string; debug: boolean } {
  const members = reader.list('etcdMembers').map((member) => (member.includes('://') ? member : `http://${member}`));
  for (const member of members) {
    if (!/^https?:\/\/(\[[0-9a-f:.]+\]|[^/:\s]+)(:\d+)?\/?$/i.test(member)) {
      reader.fault('etcdMembers', `expected addresses such as http://127.0.0.1:2379, got "${member}"`);
    }
  }
  if (new Set(members.map((member) => member.split(':')[0])).size > 1) {
    reader.fault('etcdMembers', 'expected only http addresses, or only https addresses');
  }
  const userpass = reader.text('etcdUserpass');
  const colon = userpass?.indexOf(':') ?? -1;
  if (userpass !== undefined && colon < 1) reader.fault('etcdUserpass', 'expected user:password');
  const [ca, cert, key] = [reader.file('etcdCa'), reader.file('etcdCert'), reader.file('etcdKey')];
  if ((cert === undefined) !== (key === undefined))
    reader.fault('etcdCert', 'expected both --etcd-cert and --etcd-key, or neither');
  if (cert !== undefined && ca === undefined) reader.fault('etcdCert', 'is missing; --etcd-cert needs it');
  const prefix = reader.text('etcdPrefix') ?? '';
  if (prefix.replace(/^\/+|\/+$/g, '') === '') reader.fault('etcdPrefix', 'expected a prefix that is not empty');
  if (/\p{Cc}/u.test(prefix)) reader.fault('etcdPrefix', 'expected a prefix without control characters');
  return {
    etcd: {
      members: members.map((member) => member.replace(/\/$/, '')),
      ...(userpass === undefined ? {} : { username: userpass.slice(0, colon), password: userpass.slice(colon + 1) }),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    prefix,
    debug: reader.flag('debug'),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
