import { parseDuration } from './duration.js';
import { fault, isPlainObject } from './settings/validate-settings.js';
import type { FieldError } from './errors.js';

/** `config`, with the original's attribute names. Created with the defaults when absent. */
export interface ClusterConfig {
  /** How often the lease of a member is renewed, as a Go duration. */
  HeartbeatInterval: string;
  /** Time to live of a member's lease, as a Go duration. */
  HeartbeatTimeout: string;
  /** How often results are dumped, as a Go duration. */
  StateDumpInterval: string;
  /** Random; tells this cluster's data from that of a wiped etcd. */
  ClusterId: string;
}

export const DEFAULT_CLUSTER_CONFIG: Omit<ClusterConfig, 'ClusterId'> = {
  HeartbeatInterval: '3s',
  HeartbeatTimeout: '6s',
  StateDumpInterval: '10s',
};

export function clusterConfigFaults(raw: unknown): FieldError[] {
  if (!isPlainObject(raw)) return [fault('', raw, 'a map of attributes')];
  const errors: FieldError[] = [];
  const ms = (name: keyof typeof DEFAULT_CLUSTER_CONFIG, atLeastMs: number): number => {
    const value = raw[name] ?? DEFAULT_CLUSTER_CONFIG[name];
    try {
      const parsed = parseDuration(value);
      if (parsed >= atLeastMs) return parsed;
    } catch {
      // told below
    }
    errors.push(fault(`/${name}`, value, `a duration of at least ${atLeastMs / 1_000}s`));
    return Number.NaN;
  };
  const interval = ms('HeartbeatInterval', 0.1 * 1_000);
  const timeout = ms('HeartbeatTimeout', 2_000);
  ms('StateDumpInterval', 1_000);
  if (interval > timeout / 2) {
    errors.push(fault('/HeartbeatInterval', raw['HeartbeatInterval'], 'at most half of the HeartbeatTimeout'));
  }
  return errors;
}
