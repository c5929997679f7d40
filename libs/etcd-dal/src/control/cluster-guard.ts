import { randomUUID } from 'node:crypto';
import {
  clusterConfigFaults,
  type ClusterConfig,
  DEFAULT_CLUSTER_CONFIG,
  DomainError,
  isPlainObject,
} from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import { EtcdError } from '../etcd-error.js';
import type { EtcdClient, TxnAnswer } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

/**
 * Knows which data this process works with. So an etcd that came back empty, or with other data, counts as an outage and not as the
 * deletion of everything. A wiped etcd has the same cluster and member ids; hence our own id in `config`, and the highest revision
 * seen.
 */
export class ClusterGuard {
  private clusterId: string | undefined;
  /** Lease of the key `config`: a process that rewrites the key keeps it. */
  private createRevision: number | undefined;
  private highestRevision = 0;
  private otherData: EtcdError | undefined;

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** The random id of the cluster; empty before the first answer of etcd. */
  get id(): string {
    return this.clusterId ?? '';
  }

  /**
   * Reads `config`. Creates it with the defaults if the cluster has none, and restores a missing id. Replaces invalid settings by
   * the defaults while they are invalid; throws `DomainError('invalid')` if not even the id can be read. Throws {@link EtcdError}
   * when etcd cannot be asked.
   */
  async ensureConfig(): Promise<ClusterConfig> {
    const fresh: ClusterConfig = { ...DEFAULT_CLUSTER_CONFIG, ClusterId: randomUUID() };
    // Workers have no permission to write this key, and etcd requires it even for a write whose comparison fails.
    const { reads, revision } = await this.client.txn({ compare: [], then: [{ get: this.keys.config }] });
    const answer = reads[0] ? { succeeded: false, revision, reads } : await this.create(fresh);
    const config = answer.succeeded
      ? fresh
      : await this.completed(answer.reads[0]?.value, answer.reads[0]?.modRevision ?? 0);
    this.clusterId ??= config.ClusterId;
    this.createRevision ??= answer.succeeded ? answer.revision : answer.reads[0]?.createRevision;
    this.sawRevision(answer.revision);
    return config;
  }

  /** Call it with every revision that was read. */
  sawRevision(revision: number): void {
    if (revision > this.highestRevision) this.highestRevision = revision;
  }

  /** Why the last answer of etcd did not come from the expected data; undefined if it did. */
  get fault(): EtcdError | undefined {
    return this.otherData;
  }

  /** Throws `EtcdError('other-data')` unless etcd still contains the expected data. */
  async check(): Promise<void> {
    try {
      await this.compare();
      this.otherData = undefined;
    } catch (error) {
      if (error instanceof EtcdError && error.kind === 'other-data') this.otherData = error;
      throw error;
    }
  }

  private async create(fresh: ClusterConfig): Promise<TxnAnswer> {
    try {
      return await this.client.txn({
        compare: [{ key: this.keys.config, target: 'create', value: 0 }],
        then: [{ put: this.keys.config, value: encode(fresh) }],
        otherwise: [{ get: this.keys.config }],
      });
    } catch (error) {
      if (!(error instanceof EtcdError && error.kind === 'denied')) throw error;
      throw new EtcdError(
        'denied',
        `${this.keys.config} does not exist, and only a scheduler or an API may create it`,
        error,
      );
    }
  }

  private async compare(): Promise<void> {
    // A watch may see a newer revision while the answer is under way.
    const seen = this.highestRevision;
    const answer = await this.client.txn({ compare: [], then: [{ get: this.keys.config }] });
    if (answer.revision < seen) {
      throw new EtcdError(
        'other-data',
        `etcd went back from revision ${seen} to ${answer.revision}: it lost data or was replaced; 9volt deletes nothing because of it`,
      );
    }
    if (this.clusterId === undefined) return;
    const [entry] = answer.reads;
    const id = entry && decode<Partial<ClusterConfig>>(entry.value)?.ClusterId;
    const overwritten = id === undefined && entry !== undefined && entry.createRevision === this.createRevision;
    if (id !== this.clusterId && !overwritten) {
      throw new EtcdError(
        'other-data',
        `etcd holds the data of another cluster (${id ?? 'none'} instead of ${this.clusterId}); 9volt deletes nothing because of it`,
      );
    }
    this.sawRevision(answer.revision);
  }

  private async completed(value: Buffer | undefined, modRevision: number): Promise<ClusterConfig> {
    const raw = value && decode<Partial<ClusterConfig>>(value);
    const faults = clusterConfigFaults(raw);
    if (faults.length > 0 && typeof raw?.ClusterId === 'string') {
      return { ...DEFAULT_CLUSTER_CONFIG, ClusterId: raw.ClusterId };
    }
    if (!isPlainObject(raw) || faults.length > 0) {
      throw DomainError.invalid(faults, { lead: `${this.keys.config}: ` });
    }
    const config = { ...DEFAULT_CLUSTER_CONFIG, ...(raw as Partial<ClusterConfig>) };
    if (config.ClusterId) return config as ClusterConfig;
    // A person or an older version wrote it: add the id of the cluster, unless somebody else just did.
    const completed: ClusterConfig = { ...config, ClusterId: this.clusterId ?? randomUUID() };
    const answer = await this.client.txn({
      compare: [{ key: this.keys.config, target: 'mod', value: modRevision }],
      then: [{ put: this.keys.config, value: encode(completed) }],
    });
    return answer.succeeded ? completed : this.ensureConfig();
  }
}
