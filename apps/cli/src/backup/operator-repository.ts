import { EtcdClient, Keyspace, OperatorStore } from '@9volt/etcd-dal';
import type { EtcdConfig } from '@9volt/platform/config';
import { writeInBatches } from '../cfg/write-in-batches.js';
import type { RestoreChange, StoredValue } from './plan-restore.js';

/** Reads and writes the operator's data in etcd, by keys without the prefix. */
export class OperatorRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;
  private readonly store: OperatorStore;

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
    this.store = new OperatorStore(this.client, this.keys);
  }

  /** All of it at one revision. */
  async read(): Promise<Map<string, StoredValue>> {
    const { root } = this.keys;
    const entries = await this.store.read();
    return new Map(
      entries.map(({ key, value, modRevision }) => [key.slice(root.length), { value, modRevision }] as const),
    );
  }

  async write(changes: readonly RestoreChange[]): Promise<void> {
    const keyed = changes.map(({ key, ...change }) => ({ key: this.keys.root + key, ...change }));
    await writeInBatches(this.store, [keyed]);
  }

  /** Whether a restore may write this key: no keys that nodes write themselves. */
  isOperators(key: string): boolean {
    return this.store.includes(this.keys.root + key);
  }

  close(): void {
    this.client.close();
  }
}
