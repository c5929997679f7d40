import {
  type ClusterConfig,
  clusterConfigFaults,
  clusterPatchFaults,
  DEFAULT_CLUSTER_CONFIG,
  DomainError,
  type FieldError,
  MASKED,
} from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import { keepsChanging, untilAccepted } from '../control/until-accepted.js';
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

export interface StoredSettings {
  config: ClusterConfig;
  /** 0 when nothing is stored. */
  revision: number;
  /** What is wrong with the stored settings; `config` then contains the defaults in their place. */
  faults: readonly FieldError[];
}

export interface ChangeOptions {
  /** Throws if the change must not be made to the stored settings. */
  accept?: (stored: StoredSettings) => void;
  /** Faults that only the caller can find. */
  judge?: (config: ClusterConfig) => FieldError[];
}

/** The settings of the cluster in etcd. Throws {@link EtcdError}. */
export async function readClusterSettings(client: EtcdClient, keys: Keyspace): Promise<StoredSettings> {
  return settingsOf(await client.get(keys.config));
}

/**
 * Changes attributes of the cluster's settings; null or undefined resets one to its default. Writes nothing if the result would be
 * invalid as a whole: `DomainError('invalid')`; `conflict` before the first process created them. Processes apply them without a
 * restart.
 */
export async function changeClusterSettings(
  client: EtcdClient,
  keys: Keyspace,
  patch: Record<string, unknown>,
  { accept, judge }: ChangeOptions = {},
): Promise<StoredSettings> {
  refuse(clusterPatchFaults(patch));
  const write = async (): Promise<StoredSettings | 'refused'> => {
    const entry = await client.get(keys.config);
    const stored = settingsOf(entry);
    accept?.(stored);
    if (!entry) throw new DomainError('conflict', 'The cluster has no settings yet: no process has joined it');
    const raw = decode<Record<string, unknown>>(entry.value) ?? { ...stored.config };
    const changed = new Map(Object.entries(raw));
    for (const [name, value] of Object.entries(patch)) {
      if (value === null || value === undefined) changed.delete(name);
      // A masked secret that comes back keeps the stored one.
      else if (value !== MASKED) changed.set(name, value);
    }
    const config = Object.fromEntries(changed) as unknown as ClusterConfig;
    refuse([...clusterConfigFaults(config), ...(judge?.(config) ?? [])]);
    const value = encode(config);
    if (value === entry.value.toString()) return stored;
    const committed = await commit(client, {
      compare: [unchanged(keys.config, entry.modRevision)],
      then: [{ put: keys.config, value }],
    });
    if (committed.outcome === 'refused') return 'refused';
    return { config: { ...DEFAULT_CLUSTER_CONFIG, ...config }, revision: committed.revision, faults: [] };
  };
  return untilAccepted(write, () => keepsChanging('the cluster settings'));
}

function settingsOf(entry: Entry | undefined): StoredSettings {
  const raw = entry && decode<ClusterConfig>(entry.value);
  const faults = entry ? clusterConfigFaults(raw) : [];
  const known = faults.length === 0 ? raw : { ClusterId: raw?.ClusterId };
  return {
    config: { ...DEFAULT_CLUSTER_CONFIG, ...known } as ClusterConfig,
    revision: entry?.modRevision ?? 0,
    faults,
  };
}

function refuse(faults: readonly FieldError[]): void {
  if (faults.length === 0) return;
  throw DomainError.invalid(faults);
}
