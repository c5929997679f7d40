import { Injectable } from '@nestjs/common';
import type { MonitorState } from '@9volt/contracts';
import { CheckRunner } from '../execution/check-runner.js';
import { Results } from '../execution/results.js';
import { Evaluations } from '../ledger/evaluations.js';
import { Handbacks } from '../ledger/handbacks.js';
import { RECORDED_INTERVAL_MS } from '../ledger/needs-write.js';
import { StateWriter } from '../ledger/state-writer.js';
import { LastRuns } from '../measure/last-runs.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { FirstRun } from '../time/timetable.js';
import { StateLoader } from './state-loader.js';

/** How long a monitor waits for its stored state before it runs anyway. */
const PATIENCE_MS = 1_000;

/** Begins, or continues, to check a monitor. */
@Injectable()
export class TakeOver {
  constructor(
    private readonly runner: CheckRunner,
    private readonly results: Results,
    private readonly states: StateLoader,
    private readonly evaluations: Evaluations,
    private readonly writer: StateWriter,
    private readonly handbacks: Handbacks,
    private readonly lastRuns: LastRuns,
  ) {}

  /**
   * Resolves when the monitor runs and its state is known; it does not start while `isHeld`. Rejects, for another try later, when
   * etcd cannot be asked.
   */
  async run(monitor: OwnedMonitor, isHeld: () => boolean): Promise<void> {
    const loading = this.load(monitor);
    const isNew = (): boolean => this.runner.scheduledRevision(monitor) === undefined;
    if (isNew()) {
      await soon(loading, PATIENCE_MS);
    }
    const isScheduled = this.runner.scheduledRevision(monitor) === monitor.assignment.revision;
    if (!monitor.gone && !isHeld() && !isScheduled) {
      if (isNew()) this.resume(monitor);
      else this.runner.schedule(monitor, 'at-once');
    }
    await loading;
  }

  /** Puts a monitor on the timetable by the time of its last check. */
  resume(monitor: OwnedMonitor): void {
    const state = this.evaluations.storedOf(monitor)?.state;
    const isKnown = this.isLoaded(monitor);
    // A result will tell whether it is over.
    if (this.handbacks.awaitsResult(monitor)) {
      this.runner.schedule(monitor, 'at-once');
      return;
    }
    this.runner.schedule(monitor, firstRunOf(monitor, { isKnown, state, lastRunAt: this.lastRuns.startedAt(monitor) }));
  }

  /** Whether the stored state of a monitor is known. */
  isLoaded(monitor: OwnedMonitor): boolean {
    return this.evaluations.storedOf(monitor) !== undefined;
  }

  /** Reads the stored state, unless it is known. */
  async load(monitor: OwnedMonitor): Promise<void> {
    if (this.isLoaded(monitor)) return;
    const [stored] = await Promise.all([this.states.load(monitor.name), this.handbacks.caughtUp()]);
    if (this.isLoaded(monitor)) return;
    const early = this.evaluations.load(monitor, stored);
    this.evaluations.continueFrom(monitor, this.handbacks.stateAfter(monitor));
    for (const one of early) this.results.evaluate(monitor, one);
    // Handbacks, or reasons that held back an alarm, may have changed since that was written. After a change of the settings the
    // first result decides, which comes at once.
    const isOpen = stored.state?.incident !== null && stored.state?.revision === monitor.assignment.revision;
    const isPending = this.handbacks.has(monitor.name) || isOpen || stored.state?.burning !== undefined;
    if (isPending && monitor.isChecked) this.writer.submit(monitor);
  }
}

/** Resolves when `promise` is settled, or after so long. */
function soon(promise: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    promise.then(end, end);
  });
}

/** A revision that never ran runs at once; one that another worker ran keeps its slots. */
function firstRunOf(
  { assignment, intervalMs }: OwnedMonitor,
  { isKnown, state, lastRunAt }: { isKnown: boolean; state: MonitorState | undefined; lastRunAt: number | undefined },
): FirstRun {
  const ran = state?.createRevision === assignment.createRevision && state.revision === assignment.revision;
  if (isKnown && !ran) return 'at-once';
  const recorded = Math.max(0, Date.parse(state?.lastRunAt ?? '') || 0);
  // The state has the time of another clock.
  if (lastRunAt !== undefined) return { at: lastRunAt, exact: true };
  return { at: recorded, exact: intervalMs >= RECORDED_INTERVAL_MS && recorded > 0 };
}
