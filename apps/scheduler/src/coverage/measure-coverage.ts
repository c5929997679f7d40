import type { Covered, CoverageReport } from '@9volt/contracts';

/** A monitor to run. */
export interface DueMonitor {
  tag: string | undefined;
  /** The worker that runs it, if any. */
  workerId: string | undefined;
}

/** For a worker that reported lately: its number of due monitors that did not start, by tag (`''` without one). */
export type WorkerReports = ReadonlyMap<string, Readonly<Record<string, number>>>;

/**
 * The share of monitors whose last due check is recorded, overall and by pool. A worker records its checks before it reports, so a
 * monitor is covered if a worker that reported lately runs it and did not name it as late. Pure.
 */
export function measureCoverage(
  monitors: Iterable<DueMonitor>,
  reports: WorkerReports,
): Pick<CoverageReport, 'pools' | keyof Covered> {
  const pools = new Map<string, { monitors: number; covered: number }>();
  const of = (tag: string): { monitors: number; covered: number } => {
    let pool = pools.get(tag);
    if (!pool) pools.set(tag, (pool = { monitors: 0, covered: 0 }));
    return pool;
  };
  for (const { tag = '', workerId } of monitors) {
    const pool = of(tag);
    pool.monitors++;
    if (workerId !== undefined && reports.has(workerId)) pool.covered++;
  }
  for (const late of reports.values()) {
    // A worker may name monitors that were removed since.
    for (const [tag, count] of Object.entries(late)) {
      const pool = pools.get(tag);
      if (pool) pool.covered = Math.max(0, pool.covered - count);
    }
  }
  const all = [...pools].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = (key: 'monitors' | 'covered'): number => all.reduce((sum, [, pool]) => sum + pool[key], 0);
  return {
    ...shared(total('monitors'), total('covered')),
    pools: all.map(([tag, pool]) => ({ tag: tag === '' ? null : tag, ...shared(pool.monitors, pool.covered) })),
  };
}

function shared(monitors: number, covered: number): Covered {
  return { monitors, covered, share: monitors === 0 ? 1 : covered / monitors };
}
