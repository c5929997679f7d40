/**
 * The settings of a node, as flags and as environment variables: flags beat the environment, which beats the defaults. The command line
 * and the reference documentation are made from this table.
 */
export interface NodeSetting {
  key: NodeSettingKey;
  /** As commander writes it. */
  flags: string;
  env: string;
  doc: string;
  /** Which commands have it: all that talk to etcd, or those that run a node. */
  scope: 'etcd' | 'node';
  default?: string;
  kind: 'text' | 'list' | 'flag';
  /** May stand in a file that the variable `<env>_FILE` names, as containers are given secrets. */
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
  | 'dataDir';

/** What configurations may refer to as secrets unless the operator says otherwise. */
export const DEFAULT_SECRET_SOURCES: readonly string[] = ['env:NINEV_SECRET_*', 'file:/etc/9volt/secrets/'];

export const NODE_SETTINGS: readonly NodeSetting[] = [
  {
    key: 'etcdMembers',
    flags: '-e, --etcd-members <urls>',
    env: 'NINEV_ETCD_MEMBERS',
    doc: 'Addresses of etcd, http or https; a comma list, or repeated.',
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
    doc: 'Certificate authority of etcd, PEM.',
    scope: 'etcd',
    kind: 'text',
  },
  {
    key: 'etcdCert',
    flags: '--etcd-cert <file>',
    env: 'NINEV_ETCD_CERT',
    doc: 'Client certificate for etcd, PEM; with --etcd-key.',
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
    doc: 'Log single results and decisions.',
    scope: 'etcd',
    default: 'false',
    kind: 'flag',
  },
  {
    key: 'listen',
    flags: '-l, --listen <host:port>',
    env: 'NINEV_LISTEN_ADDRESS',
    doc: 'Where to listen; port 0 picks a free one. Loopback by default: server and api 8080, scheduler 8081, worker 8082.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'tags',
    flags: '-t, --tags <tags>',
    env: 'NINEV_MEMBER_TAGS',
    doc: 'Tags of this node, a comma list: it runs only monitors whose member-tag is one of them. Without tags it runs those without.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'accessTokens',
    flags: '-a, --access-tokens <tokens>',
    env: 'NINEV_ACCESS_TOKENS',
    doc: 'Tokens that the API accepts, a comma list, each of 16 characters or more. The variable, or a file named by NINEV_ACCESS_TOKENS_FILE, is the safer way: arguments are visible to all users.',
    scope: 'node',
    kind: 'list',
    secret: true,
  },
  {
    key: 'insecure',
    flags: '--insecure',
    env: 'NINEV_INSECURE',
    doc: 'Listen beyond loopback without access tokens.',
    scope: 'node',
    default: 'false',
    kind: 'flag',
  },
  {
    key: 'maxConnections',
    flags: '--max-connections <count>',
    env: 'NINEV_MAX_CONNECTIONS',
    doc: 'How many connections to this node may be open at once; more are closed at once.',
    scope: 'node',
    default: '1000',
    kind: 'text',
  },
  {
    key: 'maxConnectionsPerAddress',
    flags: '--max-connections-per-address <count>',
    env: 'NINEV_MAX_CONNECTIONS_PER_ADDRESS',
    doc: 'How many of them from one address. Behind a proxy all callers have its address: give what --max-connections has.',
    scope: 'node',
    default: '500',
    kind: 'text',
  },
  {
    key: 'maxStreams',
    flags: '--max-streams <count>',
    env: 'NINEV_MAX_STREAMS',
    doc: 'How many clients the live stream of the API serves at once; each open page of the dashboard is one.',
    scope: 'node',
    default: '500',
    kind: 'text',
  },
  {
    key: 'maxStreamsPerAddress',
    flags: '--max-streams-per-address <count>',
    env: 'NINEV_MAX_STREAMS_PER_ADDRESS',
    doc: 'How many of them from one address. Behind a proxy all callers have its address: give what --max-streams has.',
    scope: 'node',
    default: '250',
    kind: 'text',
  },
  {
    key: 'memberId',
    flags: '--member-id <name>',
    env: 'NINEV_MEMBER_ID',
    doc: 'Name of this node. The host name, with the role unless it is a server, by default.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'publicUrl',
    flags: '--public-url <url>',
    env: 'NINEV_PUBLIC_URL',
    doc: 'Address under which people reach the dashboard. Without it alerts have no link; 9volt up takes the address that it listens on.',
    scope: 'node',
    kind: 'text',
  },
  {
    key: 'targetAllow',
    flags: '--target-allow <networks>',
    env: 'NINEV_TARGET_ALLOW',
    doc: 'Addresses and networks that checks, alerters and the call of the dead man may connect to from this node although they are refused otherwise, a comma list such as 169.254.1.1,10.0.0.0/8.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'targetDeny',
    flags: '--target-deny <networks>',
    env: 'NINEV_TARGET_DENY',
    doc: 'Addresses and networks that checks, alerters and the call of the dead man may not connect to from this node, besides those that are link-local, that serve metadata of clouds, 0.0.0.0, and the members of etcd.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'targetOnly',
    flags: '--target-only <networks>',
    env: 'NINEV_TARGET_ONLY',
    doc: 'The only addresses and networks that checks, alerters and the call of the dead man may connect to from this node, less those that --target-deny names, and those of --target-allow besides. Without it: all.',
    scope: 'node',
    kind: 'list',
  },
  {
    key: 'secretSources',
    flags: '--secret-sources <sources>',
    env: 'NINEV_SECRET_SOURCES',
    doc:
      'What configurations may refer to as secrets on this worker, a comma list of env:NAME, env:PREFIX*, file:/path and file:/directory/; “none” for nothing. ' +
      'What holds the secrets of 9volt itself is never handed out.',
    scope: 'node',
    default: DEFAULT_SECRET_SOURCES.join(','),
    kind: 'list',
  },
  {
    key: 'execAllow',
    flags: '--exec-allow <programs>',
    env: 'NINEV_EXEC_ALLOW',
    doc:
      'What exec monitors and exec alerters may run on this node: any, none, or a comma list of absolute paths, each as the configuration has to name it. ' +
      'The configuration chooses the arguments freely: an interpreter, or a program that runs others (sh, python3, env, find), means any. ' +
      '9volt up with its demo permits /bin/echo.',
    scope: 'node',
    default: 'none',
    kind: 'list',
  },
  {
    key: 'execConcurrency',
    flags: '--exec-concurrency <count>',
    env: 'NINEV_EXEC_CONCURRENCY',
    doc: 'How many programs the exec monitors of this worker run at once; others wait their turn.',
    scope: 'node',
    default: '32',
    kind: 'text',
  },
  {
    key: 'performanceSeries',
    flags: '--performance-series <count>',
    env: 'NINEV_PERFORMANCE_SERIES',
    doc: 'How many of the values that its monitors measured a worker shows at /metrics, at most, with the names of monitor and value as labels.',
    scope: 'node',
    default: '0',
    kind: 'text',
  },
  {
    key: 'monitorSeries',
    flags: '--monitor-series <count>',
    env: 'NINEV_MONITOR_SERIES',
    doc: 'How many of its monitors a worker shows one by one at /metrics, at most, each in three series with its name as a label.',
    scope: 'node',
    default: '0',
    kind: 'text',
  },
  {
    key: 'dataDir',
    flags: '--data-dir <dir>',
    env: 'NINEV_DATA_DIR',
    doc: 'Directory in which a worker that must stop while it cannot reach etcd keeps what it told meanwhile, for its next start. Without it that is lost: alarms may stay without a resolve, or be told again.',
    scope: 'node',
    kind: 'text',
  },
];

/** What the command line parser found: only what was written there. */
export type NodeFlags = Partial<Record<NodeSettingKey, string | string[] | boolean>>;
export type Environment = Record<string, string | undefined>;

const hidden: Environment = {};

/** The environment of this process, with what was hidden; read nowhere else. */
export function readEnvironment(): Environment {
  return { ...process.env, ...hidden };
}

/** From now on only {@link readEnvironment} knows it, and no child inherits it. */
export function hideVariable(name: string): void {
  hidden[name] = process.env[name];
  delete process.env[name];
}
