import type { Covered, CoverageReport } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
import { count, flag, instant, listOf, number, orNull, read, record, type Tell, text } from '../shape.js';

const report = record<CoverageReport>(
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
  parsed({ value }: Pick<Entry, 'value'>, tell?: Tell): CoverageReport | undefined {
    return read(report, value, tell);
  }
}
