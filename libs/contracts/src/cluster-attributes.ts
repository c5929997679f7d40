/** Cluster settings that may be changed. A file of its own, so that the command line can name them without loading more. */
export const CLUSTER_ATTRIBUTES = [
  'HeartbeatInterval',
  'HeartbeatTimeout',
  'StateDumpInterval',
  'coverage-alerter',
  'dead-man-url',
  'compact-etcd',
] as const;
