import { commit, EtcdClient, Keyspace } from '@9volt/etcd-dal';
import type { EtcdConfig } from '@9volt/platform';
import { ChangedMeanwhileError } from '../cfg/config-repository.js';
import { inBatches } from '../cfg/in-batches.js';
import type { RestoreChange, StoredValue } from './plan-restore.js';

/** Reads and writes what an operator put into etcd: configuration, monitors, alerters, drains. All else is made from these. */
export class OperatorRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
  }

  /** All of it at one revision. */
  async read(): Promise<Map<string, StoredValue>> {
    const { root, config, monitors, alerters, drains } = this.keys;
    const first = await this.client.list(monitors);
    const { revision } = first;
    const more = await Promise.all([alerters, drains, config].map((prefix) => this.client.list(prefix, { revision })));
    const entries = [first, ...more].flatMap((listed) => listed.entries);
    return new Map(
      entries.map(({ key, value, modRevision }) => [key.slice(root.length), { value, modRevision }] as const),
    );
  }

  /** Writes in batches that compare what was read. Throws {@link ChangedMeanwhileError} at the first that no longer fits. */
  async write(changes: readonly RestoreChange[]): Promise<void> {
    let written = 0;
    for (const batch of inBatches(changes, ({ key, value }) => 2 * key.length + 200 + 2 * value.length)) {
      const committed = await commit(this.client, {
        compare: batch.map(({ key, modRevision }) => ({
          key: this.keys.root + key,
          target: 'mod',
          value: modRevision,
        })),
        then: batch.map(({ key, value }) => ({ put: this.keys.root + key, value })),
      });
      if (committed.outcome === 'refused') throw new ChangedMeanwhileError(written);
      written += batch.length;
    }
  }

  /** Whether a restore may write this key: nothing that nodes make themselves. */
  isOperators(key: string): boolean {
    const { root, config, monitors, alerters, drains } = this.keys;
    const full = root + key;
    return full === config || [monitors, alerters, drains].some((prefix) => full.startsWith(prefix) && full !== prefix);
  }

  close(): void {
    this.client.close();
  }
}
