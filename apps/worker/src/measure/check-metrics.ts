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

/** Counts what the worker does. The metrics get it in batches: for one value their library takes longer than the rest of what we do with a result. */
@Injectable()
export class CheckMetrics {
  private readonly durations;
  private readonly latenesses;
  private readonly overrunsTotal;
  private readonly ofTypes = new Map<string, OfType>();
  private readonly lateSeconds = new Batch((seconds) => this.latenesses.observe(seconds));
  private started = 0;
  /** The version of the monitors whose types have a series. */
  private shownVersion = 0;
  private readonly latenessesMs = new Float64Array(MAX_LATENESSES);
  /** Since the process started. */
  overruns = 0;

  constructor(metrics: Metrics, monitors: OwnedMonitors) {
    metrics.counter(
      'ninevolt_checks_total',
      `Completed checks, by type of monitor and status (${STATUSES.join(', ')})`,
      ['type', 'status'],
      (counter) => {
        this.showTypes(monitors);
        for (const [type, { counts }] of this.ofTypes) {
          STATUSES.forEach((status, n) => counter.inc({ type, status }, counts[n]));
          counts.fill(0);
        }
      },
    );
    this.durations = metrics.histogram(
      'ninevolt_check_duration_seconds',
      'Duration of checks, by type of monitor',
      ['type'],
      undefined,
      () => {
        for (const { seconds } of this.ofTypes.values()) seconds.hand();
      },
    );
    this.latenesses = metrics.histogram(
      'ninevolt_check_lateness_seconds',
      'Delay from the due time of a check to its start',
      [],
      undefined,
      () => this.lateSeconds.hand(),
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
    // A sample is enough: only an overloaded worker reaches this number.
    if (this.started < MAX_LATENESSES) this.latenessesMs[this.started] = latenessMs;
    this.started++;
    this.lateSeconds.add(latenessMs / 1_000);
  }

  ended(type: string, status: Status, durationMs: number): void {
    const { counts, seconds } = this.of(type);
    const n = STATUSES.indexOf(status);
    counts[n] = (counts[n] as number) + 1;
    seconds.add(durationMs / 1_000);
  }

  skipped(count: number): void {
    this.overruns += count;
    this.overrunsTotal.inc(count);
  }

  /** Everything since the last call. */
  take(): Tally {
    const sorted = this.latenessesMs.subarray(0, this.started).sort();
    const latenessP99Ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
    const tally = { started: this.started, latenessP99Ms };
    this.started = 0;
    return tally;
  }

  /** A type has its series before its first check has ended. */
  private showTypes(monitors: OwnedMonitors): void {
    if (this.shownVersion === monitors.version) return;
    this.shownVersion = monitors.version;
    for (const { settings } of monitors.all()) this.of(settings.type);
  }

  private of(type: string): OfType {
    let of = this.ofTypes.get(type);
    if (!of) {
      const seconds = new Batch((value) => this.durations.observe({ type }, value));
      this.ofTypes.set(type, (of = { counts: new Uint32Array(STATUSES.length), seconds }));
    }
    return of;
  }
}

/** Checks of one type that the metrics do not contain yet. */
interface OfType {
  counts: Uint32Array;
  seconds: Batch;
}

/** Values that wait to be observed. */
class Batch {
  private readonly values = new Float64Array(512);
  private length = 0;

  constructor(private readonly observe: (value: number) => void) {}

  add(value: number): void {
    if (this.length === this.values.length) this.hand();
    this.values[this.length++] = value;
  }

  hand(): void {
    for (let n = 0; n < this.length; n++) this.observe(this.values[n] as number);
    this.length = 0;
  }
}
