import { batches } from '../batch.js';
import { commit, type Committed, unchanged } from '../control/fenced-txn.js';
import type { Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

/** What is to become of a key that was read. */
export interface KeyChange {
  key: string;
  /** Without it the key is deleted. */
  value?: Buffer;
  /** Of what was read; 0 when there was none. */
  modRevision: number;
}

const BATCH = 100;

/** All that people declare: settings of the cluster, monitors, alerters, drains, maintenance windows, silences, pauses. All else is made from it. */
export class OperatorStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** All of it at one revision. */
  async read(): Promise<Entry[]> {
    const { config } = this.keys;
    const { entries, revision } = await this.client.list(this.keys.monitors);
    const others = this.prefixes.filter((prefix) => prefix !== this.keys.monitors);
    const more = await Promise.all([...others, config].map((prefix) => this.client.list(prefix, { revision })));
    return [...entries, ...more.flatMap((listed) => listed.entries)];
  }

  /** Whether a key is one of these. */
  includes(key: string): boolean {
    return key === this.keys.config || this.prefixes.some((prefix) => this.keys.under(prefix, key) !== undefined);
  }

  private get prefixes(): string[] {
    const { monitors, alerters, drains, maintenances, silences, pauses } = this.keys;
    return [monitors, alerters, drains, maintenances, silences, pauses];
  }

  /** In batches of which each is taken whole or not at all: refused when a key of it changed since it was read. */
  async *replaceAll(changes: readonly KeyChange[]): AsyncGenerator<{ changes: KeyChange[]; committed: Committed }> {
    const shareOf = ({ key, value, modRevision }: KeyChange) => ({
      compare: [unchanged(key, modRevision)],
      then: [value === undefined ? { delete: key } : { put: key, value }],
    });
    for (const { items, compare, then } of batches(changes, shareOf, { items: BATCH })) {
      yield { changes: items, committed: await commit(this.client, { compare, then }) };
    }
  }
}
