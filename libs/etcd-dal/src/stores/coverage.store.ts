import type { Covered, CoverageReport } from '@9volt/contracts';
import { encode } from '../codec.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { count, flag, instant, listOf, number, orNull, read, record, type ReportFault, text } from '../shape.js';

const shape = record<CoverageReport>(
  {
    at: instant,
    monitors: count,
    covered: count,
    share: number,
    pools: listOf(
      record<Covered & { tag: string | null }>({ tag: orNull(text), monitors: count, covered: count, share: number }),
    ),
  },
  { low: record<{ since: string; told: boolean }>({ since: instant, told: flag }) },
);

/** `cluster/coverage`. The leader writes it. */
export class CoverageStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  async read(): Promise<CoverageReport | undefined> {
    const entry = await this.client.get(this.keys.coverage);
    return entry && this.parsed(entry);
  }

  /** As long as the fence holds. A late report does no harm: the next one follows. */
  async write(next: CoverageReport, fence: readonly Compare[]): Promise<void> {
    await this.client.txn({ compare: fence, then: [{ put: this.keys.coverage, value: encode(next) }] });
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): CoverageReport | undefined {
    return read(shape, value, report);
  }
}
