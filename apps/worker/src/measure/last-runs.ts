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

/** A hand-over that took longer was written by a clock that differs from ours. */
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
      ? Math.max(probedAt(run), slotBefore(run.endedAt, intervalMs, phaseOf(name, intervalMs)))
      : this.ranBeforeAt(monitor);
    return at === undefined ? undefined : at + this.time.aheadMs;
  }

  /** What the next owner is told. */
  handedOver(monitor: OwnedMonitor): Pick<Assignment, 'lastRunAt' | 'lastRunAgoMs'> {
    const lastRunAt = this.doneUntil(monitor);
    if (lastRunAt === undefined) return {};
    return { lastRunAt, lastRunAgoMs: Math.max(0, this.clock.now() + this.time.aheadMs - lastRunAt) };
  }

  /** Our clock may be wrong by hours, and the time of the cluster is known to some seconds only: at a hand-over the age counts. */
  private ranBeforeAt({ ranBefore: { lastRunAt, lastRunAgoMs }, ownedSince }: OwnedMonitor): number | undefined {
    if (lastRunAt === undefined) return undefined;
    const byClock = lastRunAt - this.time.aheadMs;
    if (lastRunAgoMs === undefined) return byClock;
    const byAge = this.clock.now() - (performance.now() - ownedSince) - lastRunAgoMs;
    return byClock <= byAge && byClock > byAge - LONGEST_WAY_MS ? byClock : byAge;
  }
}

/** The probe of a suspect begins later than its check: after its note in etcd, or after the start of a process. */
function probedAt({ startedAt, endedAt, tookMs }: LatestRun): number {
  return tookMs > 0 ? Math.max(startedAt, endedAt - tookMs) : startedAt;
}
