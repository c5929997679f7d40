import { Injectable } from '@nestjs/common';
import { type Status, STATUSES } from '@9volt/contracts';
import { Metrics } from '@9volt/platform';
import { OwnedMonitors } from '../owned/owned-monitors.js';

/** The worker's load between two dumps of the vitals. */
export interface Tally {
  started: number;
  latenessP99Ms: number;
}

const MAX_LATENESSES = 20_000;

/** Counts what the worker does. */
@Injectable()
export class CheckMetrics {
  private readonly checks;
  private readonly durations;
  private readonly latenesses;
  private readonly overrunsTotal;
  private started = 0;
  private latenessesMs: number[] = [];
  /** Since the process started. */
  overruns = 0;

  constructor(metrics: Metrics, monitors: OwnedMonitors) {
    this.checks = metrics.counter(
      'ninevolt_checks_total',
      `Completed checks, by type of monitor and status (${STATUSES.join(', ')})`,
      ['type', 'status'],
      (counter) => {
        const types = new Set([...monitors.all()].map(({ settings }) => settings.type));
        for (const type of types) for (const status of STATUSES) counter.inc({ type, status }, 0);
      },
    );
    this.durations = metrics.histogram('ninevolt_check_duration_seconds', 'Duration of checks, by type of monitor', [
      'type',
    ]);
    this.latenesses = metrics.histogram(
      'ninevolt_check_lateness_seconds',
      'Delay from the due time of a check to its start',
    );
    this.overrunsTotal = metrics.counter(
      'ninevolt_check_overruns_total',
      'Due checks skipped because the one before was still running, or waited for its turn',
    );
    metrics.gauge('ninevolt_monitors_assigned', 'Monitors assigned to this worker', [], (gauge) =>
      gauge.set(monitors.size),
    );
  }

  begun(latenessMs: number): void {
    this.started++;
    // A sample is enough: only an overloaded worker reaches this number.
    if (this.latenessesMs.length < MAX_LATENESSES) this.latenessesMs.push(latenessMs);
    this.latenesses.observe(latenessMs / 1_000);
  }

  ended(type: string, status: Status, durationMs: number): void {
    this.checks.inc({ type, status });
    this.durations.observe({ type }, durationMs / 1_000);
  }

  skipped(count: number): void {
    this.overruns += count;
    this.overrunsTotal.inc(count);
  }

  /** Everything since the last call. */
  take(): Tally {
    const sorted = this.latenessesMs.sort((a, b) => a - b);
    const latenessP99Ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
    const tally = { started: this.started, latenessP99Ms };
    this.started = 0;
    this.latenessesMs = [];
    return tally;
  }
}
