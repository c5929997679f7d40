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
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

export interface StoredSettings {
  config: ClusterConfig;
  /** 0 when nothing is stored. */
  revision: number;
  /** What is wrong with what is stored; `config` then holds the defaults where it is. */
  faults: readonly FieldError[];
}

export interface ChangeOptions {
  /** Throws when the change must not be made to what is stored. */
  accept?: (stored: StoredSettings) => void;
  /** Faults that only the caller can know of. */
  judge?: (config: ClusterConfig) => FieldError[];
}

const ATTEMPTS = 5;

/** The settings of the cluster as they stand in etcd. Throws {@link EtcdError}. */
export async function readClusterSettings(client: EtcdClient, keys: Keyspace): Promise<StoredSettings> {
  return settingsOf(await client.get(keys.config));
}

/**
 * Changes attributes of the settings of the cluster; null or undefined takes one back to its default. What would not be valid as a whole is
 * not written: `DomainError('invalid')`; `conflict` before the first process created them. Processes take it up without a restart.
 */
export async function changeClusterSettings(
  client: EtcdClient,
  keys: Keyspace,
  patch: Record<string, unknown>,
  { accept, judge }: ChangeOptions = {},
): Promise<StoredSettings> {
  refuse(clusterPatchFaults(patch));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const entry = await client.get(keys.config);
    const stored = settingsOf(entry);
    accept?.(stored);
    if (!entry) throw new DomainError('conflict', 'The cluster has no settings yet: no process has joined it');
    const raw = decode<Record<string, unknown>>(entry.value) ?? { ...stored.config };
    const changed = new Map(Object.entries(raw));
    for (const [name, value] of Object.entries(patch)) {
      if (value === null || value === undefined) changed.delete(name);
      // What is shown instead of a secret, sent back, keeps it.
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
    if (committed.outcome === 'accepted') {
      return { config: { ...DEFAULT_CLUSTER_CONFIG, ...config }, revision: committed.revision, faults: [] };
    }
  }
  throw new DomainError('conflict', 'Somebody else keeps changing the cluster settings; try again');
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
