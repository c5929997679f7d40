import { Inject, Injectable } from '@nestjs/common';
import type { Assignment, CheckResult, PerformanceValue } from '@9volt/contracts';
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

/** An assignment that took longer, or no time at all, was written by a clock that differs from ours. */
const LONGEST_WAY_MS = 5_000;

/** The last check of each monitor in this process, by our own clock. */
@Injectable()
export class LastRuns {
  private readonly runs = new WeakMap<OwnedMonitor, LatestRun>();

  constructor(
    private readonly clock: Clock,
    @Inject(ClusterTime) private readonly time: Pick<ClusterTime, 'aheadMs'>,
  ) {}

  /** A check that began at `startedAt` has ended. */
  note(monitor: OwnedMonitor, startedAt: number, { latencyMs, performance = [] }: CheckResult): void {
    const endedAt = this.clock.now();
    const run = this.runs.get(monitor);
    if (!run) {
      this.runs.set(monitor, { startedAt, endedAt, tookMs: latencyMs, performance });
      return;
    }
    run.startedAt = startedAt;
    run.endedAt = endedAt;
    run.tookMs = latencyMs;
    run.performance = performance;
  }

  /** The next check changes the answer. */
  of(monitor: OwnedMonitor): Readonly<LatestRun> | undefined {
    return this.runs.get(monitor);
  }

  /** When a monitor was last checked: here or, according to the assignment, elsewhere. */
  startedAt(monitor: OwnedMonitor): number | undefined {
    return this.runs.get(monitor)?.startedAt ?? this.ranBeforeAt(monitor);
  }

  /**
   * Until when its slots are done with, for the next owner, in the time of the cluster: one that passes during a check is skipped,
   * here and there.
   */
  doneUntil(monitor: OwnedMonitor): number | undefined {
    const run = this.runs.get(monitor);
    const { name, intervalMs } = monitor;
    const at = run
      ? Math.max(run.startedAt, slotBefore(run.endedAt, intervalMs, phaseOf(name, intervalMs)))
      : this.ranBeforeAt(monitor);
    return at === undefined ? undefined : at + this.time.aheadMs;
  }

  /** What the next owner is told, both times by the same clock. */
  handedOver(monitor: OwnedMonitor, by: string): Pick<Assignment, 'assignedAt' | 'lastRunAt' | 'lastRunBy'> {
    const assignedAt = new Date(this.clock.now() + this.time.aheadMs).toISOString();
    const lastRunAt = this.doneUntil(monitor);
    return { assignedAt, ...(lastRunAt === undefined ? {} : { lastRunAt, lastRunBy: by }) };
  }

  /** The two times in an assignment can be compared with each other, and not with our clock, which may be wrong by hours. */
  private ranBeforeAt({ ranBefore, ownedSince }: OwnedMonitor): number | undefined {
    if (!ranBefore) return undefined;
    const arrivedAt = this.clock.now() - (performance.now() - ownedSince);
    const wayMs = arrivedAt - ranBefore.assignedAt;
    const agoMs = Math.max(0, ranBefore.assignedAt - ranBefore.at);
    return arrivedAt - agoMs - (wayMs > 0 && wayMs < LONGEST_WAY_MS ? wayMs : 0);
  }
}
