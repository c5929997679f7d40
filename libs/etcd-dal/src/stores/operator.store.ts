import { batches } from '../batch.js';
import { commit, type Committed, unchanged } from '../control/fenced-txn.js';
import type { Entry, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

/** The change of a key that was read. */
export interface KeyChange {
  key: string;
  /** Without it the key is deleted. */
  value?: Buffer;
  /** Of what was read; 0 when there was none. */
  modRevision: number;
}

const BATCH = 100;

/** All that people declare: settings of the cluster, monitors, alerters, drains, maintenance windows, status pages, reports, silences, pauses. All else is made from it. */
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
    const { monitors, alerters, drains, maintenances, statusPages, reports, silences, pauses } = this.keys;
    return [monitors, alerters, drains, maintenances, statusPages, reports, silences, pauses];
  }

  /** The write that replaces a key; refused when it changed since it was read. */
  replacing({ key, value, modRevision }: KeyChange): FencedWrite {
    return {
      compare: [unchanged(key, modRevision)],
      then: [value === undefined ? { delete: key } : { put: key, value }],
    };
  }

  /** Sends writes in batches of which each is taken whole or not at all. */
  async *commitAll(writes: readonly FencedWrite[]): AsyncGenerator<{ writes: FencedWrite[]; committed: Committed }> {
    for (const { items, compare, then } of batches(writes, (write) => write, { items: BATCH })) {
      yield { writes: items, committed: await commit(this.client, { compare, then }) };
    }
  }
}
