import { Injectable } from '@nestjs/common';
import { byName, type VitalsEntry, type WorkerLoad } from '@9volt/contracts';
import { CheckRunner } from '../execution/check-runner.js';
import { failuresOf } from '../evaluation/evaluate.js';
import { Evaluations } from '../ledger/evaluations.js';
import { LastRuns } from '../measure/last-runs.js';
import { VitalsBuffer } from '../measure/vitals-buffer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Overload } from '../running/overload.js';

/** A shorter delay is part of the worker's lateness, which has its own figure. */
const LATE_MS = 5_000;
/** While the worker is overloaded, a monitor that has missed a slot is not checked as scheduled, however short its interval is. */
const LEAST_LATE_MS = 1_000;

/** The content of a dump about the monitors of this worker. */
@Injectable()
export class VitalsSource {
  /** Monitors whose last check gave no verdict. */
  private readonly unjudged = new Set<string>();

  constructor(
    private readonly monitors: OwnedMonitors,
    private readonly runner: CheckRunner,
    private readonly buffer: VitalsBuffer,
    private readonly evaluations: Evaluations,
    private readonly overload: Overload,
    private readonly lastRuns: LastRuns,
  ) {}

  get size(): number {
    return this.monitors.size;
  }

  names(): IterableIterator<string> {
    return this.monitors.names();
  }

  /** Called after each result, with the name of its monitor. Must not throw or block. */
  onResult(listener: (monitor: string) => void): void {
    this.buffer.onResult(listener);
  }

  /** Takes out the collected results of a monitor. `repeat`: without a new one, its last result once more. */
  take(name: string, now: number, repeat: boolean): VitalsEntry[] {
    const collected = this.buffer.take(name, repeat);
    if (!collected) return [];
    const last = collected.samples.at(-1);
    if (last?.unjudged) this.unjudged.add(name);
    else if (last) this.unjudged.delete(name);
    return [{ name, ...collected, ...this.failuresOf(name), nextDueAt: this.runner.nextDueAt(name) ?? now }];
  }

  /** Its newest result, which stays for the next dump. */
  newest(name: string, now: number): VitalsEntry | undefined {
    const sample = this.buffer.newest(name);
    if (!sample) return undefined;
    const nextDueAt = this.runner.nextDueAt(name) ?? now;
    return { name, samples: [sample], runs: 1, overruns: 0, ...this.failuresOf(name), nextDueAt };
  }

  private failuresOf(name: string): Pick<VitalsEntry, 'failures'> {
    const monitor = this.monitors.get(name);
    // Mostly only the times have changed, and these are not needed.
    const state = monitor && (this.evaluations.unchangedOf(monitor) ?? this.evaluations.currentOf(monitor));
    return state && state.count > 0 ? { failures: failuresOf(state) } : {};
  }

  /**
   * If a check is still running when the next is due, that is not lateness: the next one is skipped. An unjudged check counts as
   * not run, and a monitor that has come to this worker and is not on its timetable yet is due.
   */
  lateness(now: number): Pick<WorkerLoad, 'late'> {
    const late = byName<number>();
    for (const monitor of this.monitors.all()) {
      const { name, settings, intervalMs } = monitor;
      const lateMs = this.overload.active ? Math.min(LATE_MS, Math.max(LEAST_LATE_MS, intervalMs)) : LATE_MS;
      const dueAt = this.runner.nextDueAt(name) ?? this.cameAt(monitor, now) ?? now;
      if (dueAt >= now - lateMs && !this.unjudged.has(name)) continue;
      const tag = settings['member-tag'] ?? '';
      late[tag] = (late[tag] ?? 0) + 1;
    }
    return Object.keys(late).length > 0 ? { late } : {};
  }

  /** By our clock, when a monitor that never ran here became ours. */
  private cameAt(monitor: OwnedMonitor, now: number): number | undefined {
    if (!monitor.isChecked || this.lastRuns.of(monitor)) return undefined;
    return now - (performance.now() - monitor.ownedSince);
  }

  /** Puts back the results of a failed dump. */
  giveBack(entry: VitalsEntry): void {
    this.buffer.giveBack(entry);
  }
}
