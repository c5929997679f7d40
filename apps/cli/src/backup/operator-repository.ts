import { EtcdClient, Keyspace } from '@9volt/etcd-dal';
import type { EtcdConfig } from '@9volt/platform/config';
import { writeInBatches } from '../cfg/write-in-batches.js';
import type { RestoreChange, StoredValue } from './plan-restore.js';

/** Reads and writes what an operator put into etcd: configuration, monitors, alerters, drains, maintenance windows, silences, pauses. All else is made from these. */
export class OperatorRepository {
  private readonly client: EtcdClient;
  private readonly keys: Keyspace;

  constructor(config: EtcdConfig) {
    this.client = new EtcdClient(config.etcd);
    this.keys = new Keyspace(config.prefix);
  }

  /** All of it at one revision. */
  async read(): Promise<Map<string, StoredValue>> {
    const { root, config, monitors } = this.keys;
    const first = await this.client.list(monitors);
    const { revision } = first;
    const more = await Promise.all([...this.prefixes, config].map((prefix) => this.client.list(prefix, { revision })));
    const entries = [first, ...more].flatMap((listed) => listed.entries);
    return new Map(
      entries.map(({ key, value, modRevision }) => [key.slice(root.length), { value, modRevision }] as const),
    );
  }

  /** Beside the monitors. */
  private get prefixes(): string[] {
    const { alerters, drains, maintenances, silences, pauses } = this.keys;
    return [alerters, drains, maintenances, silences, pauses];
  }

  async write(changes: readonly RestoreChange[]): Promise<void> {
    const keyed = changes.map(({ key, ...change }) => ({ key: this.keys.root + key, ...change }));
    await writeInBatches(this.client, [keyed]);
  }

  /** Whether a restore may write this key: nothing that nodes make themselves. */
  isOperators(key: string): boolean {
    const { root, config, monitors } = this.keys;
    const full = root + key;
    return full === config || [monitors, ...this.prefixes].some((prefix) => full.startsWith(prefix) && full !== prefix);
  }

  close(): void {
    this.client.close();
  }
}
