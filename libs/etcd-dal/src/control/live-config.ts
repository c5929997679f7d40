import {
  type ClusterConfig,
  clusterConfigFaults,
  DEFAULT_CLUSTER_CONFIG,
  type FieldError,
  guarded,
} from '@9volt/contracts';
import { decode } from '../codec.js';
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import type { ClusterGuard } from './cluster-guard.js';
import { Informer } from './informer.js';

/** Must not throw or block. `faults` say what is wrong with the stored settings; `config` is then the last valid one. */
export type ConfigListener = (config: ClusterConfig, faults: readonly FieldError[]) => void;

interface Found {
  raw: Partial<ClusterConfig> | undefined;
  faults: FieldError[];
}

/** The present settings of the cluster; the last valid ones if somebody wrote invalid ones. */
export class LiveConfig {
  private readonly informer: Informer<Found>;
  private readonly listeners = new Set<ConfigListener>();

  constructor(
    client: EtcdClient,
    keys: Keyspace,
    private readonly guard: ClusterGuard,
    private config: ClusterConfig,
  ) {
    this.informer = new Informer<Found>(client, {
      prefix: keys.config,
      decode: (entry) => (entry.key === keys.config ? found(entry) : undefined),
      // The key is gone: the guard treats that as an outage; until then nothing changes.
      onChange: ({ after }) => after && this.take(after.value),
      guard,
    });
  }

  get current(): ClusterConfig {
    return this.config;
  }

  listen(listener: ConfigListener): void {
    this.listeners.add(listener);
  }

  start(): Promise<void> {
    return this.informer.start();
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }

  private take({ raw, faults }: Found): void {
    if (raw && faults.length === 0) {
      const before = JSON.stringify(this.config);
      this.config = { ...DEFAULT_CLUSTER_CONFIG, ...raw, ClusterId: this.config.ClusterId };
      // A person wrote it without the id of the data: restore the id.
      if (raw.ClusterId === undefined) void this.guard.ensureConfig().catch(() => undefined);
      if (JSON.stringify(this.config) === before) return;
    }
    for (const listener of this.listeners) guarded('a change of the settings', listener)(this.config, faults);
  }
}

function found({ value }: Entry): Found {
  const raw = decode<Partial<ClusterConfig>>(value);
  return { raw, faults: clusterConfigFaults(raw) };
}
