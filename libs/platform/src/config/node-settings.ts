/**
 * The settings of a node, as flags and as environment variables: a flag beats its variable, and the variable beats the default. The
 * command line and the reference are made from this table.
 */
export interface NodeSetting {
  key: NodeSettingKey;
  /** As commander writes it. */
  flags: string;
  env: string;
  doc: string;
  /** The commands that have it: all that use etcd, or those that run a node. */
  scope: 'etcd' | 'node';
  default?: string;
  kind: 'text' | 'list' | 'flag';
  /** Can be in a file that the variable `<env>_FILE` names: containers get secrets like that. */
  secret?: true;
}

export type NodeSettingKey =
  | 'etcdMembers'
  | 'etcdPrefix'
  | 'etcdUserpass'
  | 'etcdCa'
  | 'etcdCert'
  | 'etcdKey'
  | 'debug'
  | 'listen'
  | 'tags'
  | 'accessTokens'
  | 'insecure'
  | 'maxConnections'
  | 'maxConnectionsPerAddress'
  | 'maxStreams'
  | 'maxStreamsPerAddress'
  | 'memberId'
  | 'publicUrl'
  | 'targetAllow'
  | 'targetDeny'
  | 'targetOnly'
  | 'secretSources'
  | 'execAllow'
  | 'execConcurrency'
  | 'performanceSeries'
  | 'monitorSeries'
  | 'dataDir'
  | 'statusListen'
  | 'remoteWriteUrl'
  | 'remoteWriteToken'
  | 'remoteWriteHeaders';

/** The permitted sources of secrets, unless the operator says otherwise. */
export const DEFAULT_SECRET_SOURCES: readonly string[] = ['env:NINEV_SECRET_*', 'file:/etc/9volt/secrets/'];

export const NODE_SETTINGS: readonly NodeSetting[] = [
  {
    key: 'etcdMembers',
    flags: '-e, --etcd-members <urls>',
    env: 'NINEV_ETCD_MEMBERS',
    doc: 'Addresses of etcd, http or https: a comma list, or the flag repeated.',
    scope: 'etcd',
    default: 'http://localhost:2379',
    kind: 'list',
  },
  {
    key: 'etcdPrefix',
    flags: '-p, --etcd-prefix <prefix>',
    env: 'NINEV_ETCD_PREFIX',
    doc: 'Prefix of all keys in etcd.',
    scope: 'etcd',
    default: '9volt',
    kind: 'text',
  },
  {
    key: 'etcdUserpass',
    flags: '-U, --etcd-userpass <user:pass>',
    env: 'NINEV_ETCD_USERPASS',
    doc: 'User and password for etcd. The variable, or a file named by NINEV_ETCD_USERPASS_FILE, is the safer way: arguments are visible to all users.',
    scope: 'etcd',
    kind: 'text',
    secret: true,
  },
  {
    key: 'etcdCa',
    flags: '--etcd-ca <file>',
    env: 'NINEV_ETCD_CA',
    doc: 'Certificate authority that signed the certificates of etcd, PEM.',
    scope: 'etcd',
    kind: 'text',
  },
  {
    key: 'etcdCert',
    flags: '--etcd-cert <file>',
    env: 'NINEV_ETCD_CERT',
    doc: 'Client certificate for etcd, PEM. Needs --etcd-key.',
    scope: 'etcd',
    kind: 'text',
  },
  {
    key: 'etcdKey',
    flags: '--etcd-key <file>',
    env: 'NINEV_ETCD_KEY',
    doc: 'Key of the client certificate, PEM.',
    scope: 'etcd',
    kind: 'text',
  },
  {
    key: 'debug',
    flags: '-d, --debug',
    env: 'NINEV_DEBUG',
    doc: 'Log every result and every decision.',
    scope: 'etcd',
    default: 'false',
    kind: 'flag',
  },
  {
    key: 'listen',
    flags: '-l, --listen <host:port>',
    env: 'NINEV_LISTEN_ADDRESS',
    doc: 'Where to listen; port 0 picks a free one. Loopback by default: server and api 8080, scheduler 8081, worker 8082, status 8083.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'tags',
    flags: '-t, --tags <tags>',
    env: 'NINEV_MEMBER_TAGS',
    doc: 'Tags of this node, a comma list. A worker with tags runs only monitors whose member-tag is one of them; a worker without tags runs only monitors without a member-tag.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'accessTokens',
    flags: '-a, --access-tokens <tokens>',
    env: 'NINEV_ACCESS_TOKENS',
    doc: 'Tokens that the API accepts: a comma list, each token 16 characters or longer. The variable, or a file named by NINEV_ACCESS_TOKENS_FILE, is the safer way: arguments are visible to all users.',
    scope: 'node',
    kind: 'list',
    secret: true,
  },
  {
    key: 'insecure',
    flags: '--insecure',
    env: 'NINEV_INSECURE',
    doc: 'Listen on an address that other machines can reach, without access tokens.',
    scope: 'node',
    default: 'false',
    kind: 'flag',
  },
  {
    key: 'maxConnections',
    flags: '--max-connections <count>',
    env: 'NINEV_MAX_CONNECTIONS',
    doc: 'Maximum number of open connections to this node. It closes further ones at once.',
    scope: 'node',
    default: '1000',
    kind: 'text',
  },
  {
    key: 'maxConnectionsPerAddress',
    flags: '--max-connections-per-address <count>',
    env: 'NINEV_MAX_CONNECTIONS_PER_ADDRESS',
    doc: 'Maximum number of open connections from one address. Behind a proxy all callers have the same address: use the value of --max-connections.',
    scope: 'node',
    default: '500',
    kind: 'text',
  },
  {
    key: 'maxStreams',
    flags: '--max-streams <count>',
    env: 'NINEV_MAX_STREAMS',
    doc: 'Maximum number of clients of the live stream. Each open page of the dashboard is one.',
    scope: 'node',
    default: '500',
    kind: 'text',
  },
  {
    key: 'maxStreamsPerAddress',
    flags: '--max-streams-per-address <count>',
    env: 'NINEV_MAX_STREAMS_PER_ADDRESS',
    doc: 'Maximum number of clients of the live stream from one address. Behind a proxy all callers have the same address: use the value of --max-streams.',
    scope: 'node',
    default: '250',
    kind: 'text',
  },
  {
    key: 'memberId',
    flags: '--member-id <name>',
    env: 'NINEV_MEMBER_ID',
    doc: 'Name of this node. Default: the host name, followed by the role unless the node is a server.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'publicUrl',
    flags: '--public-url <url>',
    env: 'NINEV_PUBLIC_URL',
    doc: 'Address at which people reach the dashboard. Without it, alerts contain no link. 9volt up uses the address that it listens on.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'targetAllow',
    flags: '--target-allow <networks>',
    env: 'NINEV_TARGET_ALLOW',
    doc: 'Addresses and networks that checks, alerters and the call of the dead man may use from this node although 9volt would refuse them: a comma list such as 169.254.1.1,10.0.0.0/8.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'targetDeny',
    flags: '--target-deny <networks>',
    env: 'NINEV_TARGET_DENY',
    doc: 'Addresses and networks that checks, alerters and the call of the dead man must not use from this node. 9volt always refuses link-local addresses, the metadata services of clouds, 0.0.0.0 and the members of etcd.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'targetOnly',
    flags: '--target-only <networks>',
    env: 'NINEV_TARGET_ONLY',
    doc: 'The only addresses and networks that checks, alerters and the call of the dead man may use from this node. --target-allow adds to them, --target-deny takes away. Default: all.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'secretSources',
    flags: '--secret-sources <sources>',
    env: 'NINEV_SECRET_SOURCES',
    doc:
      'Where this worker reads the secrets that a configuration refers to: a comma list of env:NAME, env:PREFIX*, file:/path and file:/directory/, or none. ' +
      'The worker never uses the variables and files that contain the secrets of 9volt itself.',
    scope: 'node',
    default: DEFAULT_SECRET_SOURCES.join(','),
    kind: 'list',
  },
  {
    key: 'execAllow',
    flags: '--exec-allow <programs>',
    env: 'NINEV_EXEC_ALLOW',
    doc:
      'Programs that exec monitors and exec alerters may run on this node: any, none, or a comma list of absolute paths. The configuration must name a program by the same path. ' +
      'The configuration chooses the arguments freely: if you permit an interpreter, or a program that runs others (sh, python3, env, find), you permit any program. ' +
      '9volt up permits /bin/echo for its demo.',
    scope: 'node',
    default: 'none',
    kind: 'list',
  },
  {
    key: 'execConcurrency',
    flags: '--exec-concurrency <count>',
    env: 'NINEV_EXEC_CONCURRENCY',
    doc: 'Maximum number of programs that the exec monitors of this worker run at once. Further checks wait.',
    scope: 'node',
    default: '32',
    kind: 'text',
  },
  {
    key: 'performanceSeries',
    flags: '--performance-series <count>',
    env: 'NINEV_PERFORMANCE_SERIES',
    doc: 'Maximum number of measured values that a worker shows at /metrics. Their labels are the name of the monitor and the name of the value.',
    scope: 'node',
    default: '0',
    kind: 'text',
  },
  {
    key: 'monitorSeries',
    flags: '--monitor-series <count>',
    env: 'NINEV_MONITOR_SERIES',
    doc: 'Maximum number of monitors that a worker shows one by one at /metrics: three series each, with the name of the monitor as a label.',
    scope: 'node',
    default: '0',
    kind: 'text',
  },
  {
    key: 'dataDir',
    flags: '--data-dir <dir>',
    env: 'NINEV_DATA_DIR',
    doc: 'Directory for a worker that has to stop while it cannot reach etcd. There it records the alerts that it sent meanwhile, and reads them at its next start. Without this directory the record is lost: an alert may stay without its resolve, or be sent again.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'statusListen',
    flags: '--status-listen <host:port>',
    env: 'NINEV_STATUS_LISTEN_ADDRESS',
    doc: 'Another address of a server or a status process, for the public status pages alone: nothing else answers there, and nobody needs a token.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'remoteWriteUrl',
    flags: '--remote-write-url <url>',
    env: 'NINEV_REMOTE_WRITE_URL',
    doc: 'Receiver of Prometheus remote write, such as http://prometheus:9090/api/v1/write. This worker sends it each result.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'remoteWriteToken',
    flags: '--remote-write-token <token>',
    env: 'NINEV_REMOTE_WRITE_TOKEN',
    doc: 'Bearer token for the receiver of remote write. The variable, or a file named by NINEV_REMOTE_WRITE_TOKEN_FILE, is the safer way: arguments are visible to all users.',
    scope: 'node',
    kind: 'text',
    secret: true,
  },
  {
    key: 'remoteWriteHeaders',
    flags: '--remote-write-headers <headers>',
    env: 'NINEV_REMOTE_WRITE_HEADERS',
    doc: 'More headers for the receiver of remote write, a comma list such as "X-Scope-OrgID: shop". The variable, or a file named by NINEV_REMOTE_WRITE_HEADERS_FILE, is the safer way.',
    scope: 'node',
    kind: 'list',
    secret: true,
  },
];

/** The parsed command line: only flags that somebody wrote. */
export type NodeFlags = Partial<Record<NodeSettingKey, string | string[] | boolean>>;
export type Environment = Readonly<Record<string, string | undefined>>;

const hidden = new Map<string, string | undefined>();

/** The environment of this process, including hidden variables; read nowhere else. */
export function readEnvironment(): Environment {
  return { ...process.env, ...Object.fromEntries(hidden) };
}

/** From now on only {@link readEnvironment} knows it, and no child inherits it. */
export function hideVariable(name: string): void {
  hidden.set(name, process.env[name]);
  delete process.env[name];
}
