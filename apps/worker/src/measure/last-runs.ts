import { Injectable } from '@nestjs/common';
import type { CheckResult, PerformanceValue } from '@9volt/contracts';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

export interface LatestRun {
  /** Milliseconds since the epoch. */
  startedAt: number;
  tookMs: number;
  /** What it measured. */
  performance: readonly PerformanceValue[];
}

/** The last check of each monitor in this process. */
@Injectable()
export class LastRuns {
  private readonly runs = new WeakMap<OwnedMonitor, LatestRun>();

  note(monitor: OwnedMonitor, startedAt: number, { latencyMs, performance = [] }: CheckResult): void {
    this.runs.set(monitor, { startedAt, tookMs: latencyMs, performance });
  }

  of(monitor: OwnedMonitor): LatestRun | undefined {
    return this.runs.get(monitor);
  }

  /** When a monitor was last checked: here or, according to the assignment, elsewhere. */
  startedAt(monitor: OwnedMonitor): number | undefined {
    return this.runs.get(monitor)?.startedAt ?? monitor.ranBeforeAt;
  }
}
