/**
 * The attributes of the cluster settings that people may change. In a file of its own, so that the command line can name them
 * without loading more.
 */
export const CLUSTER_ATTRIBUTES = [
  'HeartbeatInterval',
  'HeartbeatTimeout',
  'StateDumpInterval',
  'coverage-alerter',
  'dead-man-url',
  'compact-etcd',
] as const;
