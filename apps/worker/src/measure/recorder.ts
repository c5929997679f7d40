import { Injectable } from '@nestjs/common';
import type { CheckResult } from '@9volt/contracts';
import { BurnLogs } from '../burn/burn-logs.js';
import { RemoteWriteService } from '../remote-write/remote-write.service.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { CheckMetrics } from './check-metrics.js';
import { HistoryLog } from './history-log.js';
import { LastRuns } from './last-runs.js';
import { VitalsBuffer } from './vitals-buffer.js';

/** Everything that is measured about checks: for the metrics, the vitals, the history and others' databases. */
@Injectable()
export class Recorder {
  constructor(
    private readonly lastRuns: LastRuns,
    private readonly metrics: CheckMetrics,
    private readonly vitals: VitalsBuffer,
    private readonly history: HistoryLog,
    private readonly remoteWrite: RemoteWriteService,
    private readonly burns: BurnLogs,
  ) {}

  ran(monitor: OwnedMonitor, result: CheckResult, startedAt: number): void {
    this.lastRuns.note(monitor, startedAt, result);
    this.metrics.ended(monitor.settings.type, result.status, result.latencyMs);
    this.vitals.ran(monitor.name, result, startedAt);
    this.history.ran(monitor, result, startedAt);
    this.burns.ran(monitor, result, startedAt);
    this.remoteWrite.ran(monitor.name, monitor.settings.type, result, startedAt);
  }

  /** A check was due, and did not run. */
  rested(monitor: OwnedMonitor): void {
    this.history.rested(monitor);
    this.burns.rested(monitor);
  }

  /** Due checks that were skipped. */
  overran(name: string, count: number): void {
    this.metrics.skipped(count);
    this.vitals.overran(name, count);
    this.history.overran(name, count);
  }

  /** Nobody waits any more for results that were not shown yet. */
  forget(monitor: OwnedMonitor): void {
    this.vitals.forget(monitor.name);
    if (monitor.assignment.phase === 'remove') this.history.ends(monitor);
  }
}
