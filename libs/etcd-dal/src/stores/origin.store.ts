import type { Origin } from '@9volt/contracts';
import { encode } from '../codec.js';
import type { Entry, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace, OriginKind } from '../keyspace.js';
import { oneOf, read, record, type ReportFault, text } from '../shape.js';

const origin = record<Origin>({ from: oneOf(['files', 'api']) }, { set: text });

/**
 * `origin/<kind>/<name>`: where an entry comes from. A key of its own, so that the entry stays as people wrote it. It is written and deleted with
 * the entry. An older version leaves it alone; without an entry it means nothing.
 */
export class OriginStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly kind: OriginKind,
  ) {}

  nameOf(key: string): string {
    return key.slice(this.keys.originsOf(this.kind).length);
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): Origin | undefined {
    return read(origin, value, report);
  }

  /** All of them, by name, as they were at a revision. */
  async readAll(revision: number): Promise<Map<string, Origin>> {
    const { entries } = await this.client.list(this.keys.originsOf(this.kind), { revision });
    return new Map(
      entries.flatMap((entry) => {
        const found = this.parsed(entry);
        return found ? [[this.nameOf(entry.key), found] as const] : [];
      }),
    );
  }

  /** The write that notes it; without an origin, the one that deletes it. It goes with a write that compares the entry itself. */
  noting(name: string, noted: Origin | undefined): FencedWrite {
    const key = this.keys.origin(this.kind, name);
    return { compare: [], then: [noted ? { put: key, value: encode(noted) } : { delete: key }] };
  }
}
