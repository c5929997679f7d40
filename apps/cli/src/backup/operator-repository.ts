import { EtcdClient, joined, Keyspace, OperatorStore } from '@9volt/etcd-dal';
import type { EtcdConfig } from '@9volt/platform/config';
import { writeInBatches } from '../cfg/write-in-batches.js';
import type { OperatorData } from './backup-file.js';
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

  /** Where monitors and alerters come from, by the keys of these. */
  async readOrigins(): Promise<Map<string, StoredValue>> {
    const { origins } = this.keys;
    const { entries } = await this.client.list(origins);
    return new Map(
      entries.map(({ key, value, modRevision }) => [key.slice(origins.length), { value, modRevision }] as const),
    );
  }

  /** Each change with the note of where it comes from, if there is one. */
  async write(changes: readonly RestoreChange[], origins: OperatorData = new Map()): Promise<void> {
    const stored = origins.size > 0 ? await this.readOrigins() : undefined;
    const writes = changes.map(({ key, ...change }) => {
      const write = this.store.replacing({ key: this.keys.root + key, ...change });
      const value = origins.get(key);
      if (!value) return write;
      const modRevision = stored?.get(key)?.modRevision ?? 0;
      return joined(write, this.store.replacing({ key: this.keys.origins + key, value, modRevision }));
    });
    await writeInBatches(this.store, [writes]);
  }

  /** Whether a restore may write this key: no keys that nodes write themselves. */
  isOperators(key: string): boolean {
    return this.store.includes(this.keys.root + key);
  }

  close(): void {
    this.client.close();
  }
}
