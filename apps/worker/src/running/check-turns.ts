import { Injectable } from '@nestjs/common';
import { monitorTypes } from '@9volt/monitors';
import { Programs, type StopSignal } from '@9volt/process';
import { CheckMetrics } from '../measure/check-metrics.js';
import { LastRuns } from '../measure/last-runs.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { CheckPermits } from './check-permits.js';
import { Hindrances } from './hindrances.js';
import { Overload } from './overload.js';

/** A check that waits longer for a permit is reported. */
const LONG_WAIT_MS = 1_000;

/**
 * Lets checks begin in the order in which they were due: first those with a program wait for a place for it, then all for a permit.
 * A wait has no limit, however short the timeout of the check is: who gave up would never get its turn on a busy worker. The slots
 * that pass meanwhile are skipped.
 */
@Injectable()
export class CheckTurns {
  constructor(
    private readonly permits: CheckPermits,
    private readonly programs: Programs,
    private readonly lastRuns: LastRuns,
    private readonly hindrances: Hindrances,
    private readonly overload: Overload,
    private readonly metrics: CheckMetrics,
  ) {}

  /**
   * Resolves when the check may begin, with a function that ends its turn; call it once. `lateMs` is how late it is already; absent
   * for a repetition. Never rejects.
   */
  async take(monitor: OwnedMonitor, lateMs: number | undefined, signal: StopSignal): Promise<() => void> {
    const cameAt = performance.now();
    this.overload.waits();
    const leave = runsProgram(monitor) ? await this.programs.place(signal) : undefined;
    const placedAt = performance.now();
    const release = await this.permits.take(this.lastRuns.of(monitor)?.tookMs, signal);
    const waitedMs = performance.now() - placedAt;
    this.overload.waited();
    if (waitedMs > LONG_WAIT_MS && this.permits.waiting > 0)
      this.hindrances.waited(this.permits.max, this.permits.files);
    if (lateMs !== undefined && !signal.aborted) {
      const placeMs = placedAt - cameAt;
      const delayMs = lateMs + placeMs + waitedMs;
      this.metrics.begun(delayMs);
      this.overload.began(delayMs, placeMs, monitor.intervalMs);
    }
    return () => {
      release();
      leave?.();
    };
  }
}

function runsProgram({ settings }: OwnedMonitor): boolean {
  return monitorTypes.get(settings.type)?.program !== undefined;
}
