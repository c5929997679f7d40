import { Inject, Injectable } from '@nestjs/common';
import type { CheckResult, PerformanceValue } from '@9volt/contracts';
import { ClusterTime } from '@9volt/etcd-dal';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';
import { phaseOf, slotBefore } from '../time/slots.js';

export interface LatestRun {
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  tookMs: number;
  /** What it measured. */
  performance: readonly PerformanceValue[];
}

/** The last check of each monitor in this process. Assignments contain times of the cluster: clocks of workers may differ by hours. */
@Injectable()
export class LastRuns {
  private readonly runs = new WeakMap<OwnedMonitor, LatestRun>();

  constructor(
    private readonly clock: Clock,
    @Inject(ClusterTime) private readonly time: Pick<ClusterTime, 'aheadMs'>,
  ) {}

  /** A check that began at `startedAt` has ended. */
  note(monitor: OwnedMonitor, startedAt: number, { latencyMs, performance = [] }: CheckResult): void {
    this.runs.set(monitor, { startedAt, endedAt: this.clock.now(), tookMs: latencyMs, performance });
  }

  of(monitor: OwnedMonitor): LatestRun | undefined {
    return this.runs.get(monitor);
  }

  /** When a monitor was last checked: here or, according to the assignment, elsewhere. */
  startedAt(monitor: OwnedMonitor): number | undefined {
    const run = this.runs.get(monitor);
    if (run) return run.startedAt;
    return monitor.ranBeforeAt === undefined ? undefined : monitor.ranBeforeAt - this.time.aheadMs;
  }

  /**
   * Until when its slots are done with, for the next owner, in the time of the cluster: one that passes during a check is skipped,
   * here and there.
   */
  doneUntil(monitor: OwnedMonitor): number | undefined {
    const run = this.runs.get(monitor);
    if (!run) return monitor.ranBeforeAt;
    const { name, intervalMs } = monitor;
    const doneUntil = Math.max(run.startedAt, slotBefore(run.endedAt, intervalMs, phaseOf(name, intervalMs)));
    return doneUntil + this.time.aheadMs;
  }
}
