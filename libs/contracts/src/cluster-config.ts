import { CLUSTER_ATTRIBUTES } from './cluster-attributes.js';
import { parseDuration } from './settings/duration.js';
import type { FieldError } from './settings/errors.js';
import { isName } from './name.js';
import { fault, isPlainObject, unknownName } from './settings/validate-settings.js';

/**
 * `config`: the settings of all processes of a cluster. Changes take effect without a restart. The first process creates it with
 * the defaults.
 */
export interface ClusterConfig {
  /** Longest time between two renewals of a member's lease, as a Go duration. */
  HeartbeatInterval: string;
  /** Time to live of a member's lease, as a Go duration: after it, other members take over. */
  HeartbeatTimeout: string;
  /** Time between two dumps of results, as a Go duration. */
  StateDumpInterval: string;
  /** Random; distinguishes this cluster's data from that of a wiped etcd. */
  ClusterId: string;
  /** Name of the alerter that the leader notifies when the coverage falls below 99 %. */
  'coverage-alerter'?: string;
  /**
   * An http(s) URL that the leader calls once a minute while the coverage is good; the service there raises the alarm when the
   * calls stop. A secret.
   */
  'dead-man-url'?: string;
  /** `false` if something else compacts etcd. */
  'compact-etcd'?: boolean;
}

export const DEFAULT_CLUSTER_CONFIG: Omit<ClusterConfig, 'ClusterId'> = {
  HeartbeatInterval: '3s',
  HeartbeatTimeout: '6s',
  StateDumpInterval: '10s',
};

/** The faults of the stored settings. Ignores attributes that this version does not know: a newer one may. */
export function clusterConfigFaults(raw: unknown): FieldError[] {
  if (!isPlainObject(raw)) return [fault('', raw, 'a map of attributes')];
  const errors: FieldError[] = [];
  const ms = (name: keyof typeof DEFAULT_CLUSTER_CONFIG, atLeastMs: number): number => {
    const value = Object.hasOwn(raw, name) ? raw[name] : DEFAULT_CLUSTER_CONFIG[name];
    try {
      const parsed = parseDuration(value);
      if (parsed >= atLeastMs && parsed <= LONGEST_MS) return parsed;
    } catch {
      // told below
    }
    errors.push(fault(`/${name}`, value, `a duration from ${atLeastMs / 1_000}s to ${LONGEST_MS / 3_600_000}h`));
    return Number.NaN;
  };
  const interval = ms('HeartbeatInterval', 0.1 * 1_000);
  const timeout = ms('HeartbeatTimeout', 2_000);
  ms('StateDumpInterval', 1_000);
  if (interval > timeout / 2) {
    errors.push(fault('/HeartbeatInterval', raw['HeartbeatInterval'], 'at most half of the HeartbeatTimeout'));
  }
  const { 'coverage-alerter': alerter, 'dead-man-url': url, 'compact-etcd': compact } = raw;
  if (alerter !== undefined && !(typeof alerter === 'string' && isName(alerter))) {
    errors.push(fault('/coverage-alerter', alerter, 'the name of an alerter'));
  }
  // A secret: the message does not contain its value.
  if (url !== undefined && !isHttpUrl(url)) {
    const expected = 'an http or https URL';
    errors.push({ path: '/dead-man-url', expected, message: `dead-man-url: is not valid; expected ${expected}` });
  }
  if (compact !== undefined && typeof compact !== 'boolean') {
    errors.push(fault('/compact-etcd', compact, 'true or false'));
  }
  return errors;
}

/** The faults of a change by a person: unknown attributes are mistakes. */
export function clusterPatchFaults(patch: Record<string, unknown>): FieldError[] {
  return Object.keys(patch)
    .filter((name) => !(CLUSTER_ATTRIBUTES as readonly string[]).includes(name))
    .map((name) => unknownName(`/${name}`, 'attribute', name, CLUSTER_ATTRIBUTES));
}

const LONGEST_MS = 86_400_000;

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}
