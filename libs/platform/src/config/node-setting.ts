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
  | 'remoteWriteHeaders'
  | 'archiveUrl'
  | 'archiveKeep';

/** The parsed command line: only flags that somebody wrote. */
export type NodeFlags = Partial<Record<NodeSettingKey, string | string[] | boolean>>;
