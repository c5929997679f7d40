import { Injectable } from '@nestjs/common';
import { type CheckResult, DomainError, guarded } from '@9volt/contracts';
import { Stop } from '@9volt/process';
import { LastRuns } from '../measure/last-runs.js';
import { Recorder } from '../measure/recorder.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Clock } from '../time/clock.js';
import { type DueRun, type FirstRun, Timetable } from '../time/timetable.js';
import { Probing } from './probing.js';
import { Results } from './results.js';

type Listener = (result: CheckResult | undefined) => void;

interface Run {
  abort: Stop;
  ended: Promise<void>;
}

/** What it knows of a monitor that is on the timetable or running. */
interface Place {
  /** The revision on the timetable. */
  revision?: number | undefined;
  /** The check in progress. */
  run?: Run | undefined;
}

/** Runs the monitors of this worker by the timetable. */
@Injectable()
export class CheckRunner {
  private readonly timetable: Timetable;
  /** Not a map of the checks in progress only: V8 keeps the old tables of one that grows and shrinks, and what was in them, for long. */
  private readonly places = new Map<OwnedMonitor, Place>();
  private readonly waiting = new Map<string, Listener[]>();
  private readonly endListeners = new Set<(monitor: OwnedMonitor) => void>();
  /** Due, but not checked: while this worker was detached, because of `on-detach: stop`, or because people paused it. */
  private readonly resting = new Set<OwnedMonitor>();
  private readonly resumeListeners = new Set<(monitor: OwnedMonitor) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly monitors: OwnedMonitors,
    private readonly probing: Probing,
    private readonly results: Results,
    private readonly lastRuns: LastRuns,
    private readonly recorder: Recorder,
  ) {
    this.timetable = new Timetable({
      clock,
      run: (due) => this.runDue(due),
      onOverruns: (name, count) => this.recorder.overran(name, count),
    });
  }

  /** Puts a monitor on the timetable, or changes its interval. */
  schedule(monitor: OwnedMonitor, first: FirstRun): void {
    this.placeOf(monitor).revision = monitor.assignment.revision;
    this.timetable.set(monitor.name, monitor.intervalMs, first);
  }

  /** The revision of a monitor on the timetable. */
  scheduledRevision(monitor: OwnedMonitor): number | undefined {
    return this.places.get(monitor)?.revision;
  }

  /** Takes a monitor off the timetable; a check in progress continues. */
  unschedule(monitor: OwnedMonitor): void {
    const place = this.places.get(monitor);
    if (place?.run) place.revision = undefined;
    else this.places.delete(monitor);
    this.timetable.remove(monitor.name);
  }

  /** Takes a monitor off, aborts its check, and forgets its results. Resolves when that check has ended. */
  async dismiss(monitor: OwnedMonitor): Promise<void> {
    this.unschedule(monitor);
    const run = this.places.get(monitor)?.run;
    run?.abort.abort();
    this.results.forget(monitor);
    if (!run) return;
    await run.ended;
    this.results.forget(monitor);
  }

  isRunning(monitor: OwnedMonitor): boolean {
    return this.places.get(monitor)?.run !== undefined;
  }

  /** Call it when the reason for a rest may have ended: runs the checks that were skipped meanwhile. */
  resume(): void {
    for (const monitor of this.resting) {
      if (!monitor.gone && this.probing.mustRest(monitor)) continue;
      this.resting.delete(monitor);
      if (this.monitors.get(monitor.name) === monitor && this.scheduledRevision(monitor) !== undefined) {
        for (const listener of this.resumeListeners) listener(monitor);
        const first = { at: this.lastRuns.startedAt(monitor) ?? 0, exact: true };
        this.timetable.set(monitor.name, monitor.intervalMs, first);
      }
    }
  }

  /** Whether a check will run within this time. */
  isDueWithin(monitor: OwnedMonitor, ms: number): boolean {
    const dueAt = this.nextDueAt(monitor.name);
    return dueAt !== undefined && dueAt <= this.clock.now() + ms && !this.resting.has(monitor);
  }

  nextDueAt(name: string): number | undefined {
    return this.timetable.nextDueAt(name);
  }

  /** Called when a monitor is checked again that people wanted to rest. Must not throw or block. */
  onResumed(listener: (monitor: OwnedMonitor) => void): void {
    this.resumeListeners.add(listener);
  }

  /** Called right after each check, before the next can start. Must not throw or block. */
  onRunEnded(listener: (monitor: OwnedMonitor) => void): void {
    this.endListeners.add(listener);
  }

  /**
   * Checks one of our monitors out of turn, and evaluates the result as usual. A check in progress counts. Rejects if it cannot run
   * now, with a message for the person who asked.
   */
  runNow(name: string, signal: AbortSignal): Promise<CheckResult> {
    return new Promise((resolve, reject) => {
      const onAbort = guarded('a check that was asked for', () => done(undefined));
      const done: Listener = (result) => {
        signal.removeEventListener('abort', onAbort);
        if (result) resolve(result);
        else reject(new DomainError('unavailable', `the check of "${name}" was cancelled`));
      };
      const monitor = this.monitors.get(name);
      const stopped = monitor && this.probing.whyStopped(monitor);
      if (stopped !== undefined) {
        reject(new DomainError('conflict', stopped));
        return;
      }
      if (this.timetable.isRunning(name)) {
        if (!this.isUnderWay(name)) {
          // Its check has just been answered: this one was asked for later.
          setImmediate(guarded('a check that was asked for', () => resolve(this.runNow(name, signal))));
          return;
        }
      } else if (!this.timetable.runNow(name)) {
        reject(new DomainError('conflict', `this worker does not run "${name}" now`));
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), done]);
    });
  }

  /** Starts nothing more. Resolves when all checks have ended, or were aborted after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.timetable.stop();
    let cancel: (() => void) | undefined;
    const giveUp = new Promise<void>((resolve) => (cancel = this.clock.schedule(resolve, patienceMs)));
    await Promise.race([this.allEnded(), giveUp]);
    cancel?.();
    for (const { abort } of this.underWay()) abort.abort();
    await this.allEnded();
  }

  private isUnderWay(name: string): boolean {
    for (const [monitor, { run }] of this.places) if (run && monitor.name === name) return true;
    return false;
  }

  private async allEnded(): Promise<void> {
    await Promise.all(this.underWay().map(({ ended }) => ended));
  }

  private underWay(): Run[] {
    return [...this.places.values()].flatMap(({ run }) => run ?? []);
  }

  private placeOf(monitor: OwnedMonitor): Place {
    let place = this.places.get(monitor);
    if (!place) this.places.set(monitor, (place = {}));
    return place;
  }

  private runDue(due: DueRun): Promise<void> {
    const monitor = this.monitors.get(due.name);
    if (!monitor) return Promise.resolve();
    if (this.probing.mustRest(monitor)) {
      this.resting.add(monitor);
      this.recorder.rested(monitor);
      this.answer(monitor.name, undefined);
      return Promise.resolve();
    }
    const abort = new Stop();
    const ended = this.run(monitor, due, abort);
    this.placeOf(monitor).run = { abort, ended };
    return ended;
  }

  private async run(monitor: OwnedMonitor, { dueAt, startedAt }: DueRun, signal: Stop): Promise<void> {
    const target = monitor.stateTarget;
    const execution = await this.probing.execute(monitor, Math.max(0, startedAt - dueAt), signal);
    this.ended(monitor);
    const counts = !monitor.gone && !signal.aborted;
    if (counts) this.results.take(monitor, execution, startedAt, target);
    this.answer(monitor.name, counts ? execution.result : undefined);
    for (const listener of this.endListeners) listener(monitor);
  }

  private ended(monitor: OwnedMonitor): void {
    const place = this.places.get(monitor);
    if (place?.revision === undefined) this.places.delete(monitor);
    else place.run = undefined;
  }

  private answer(name: string, result: CheckResult | undefined): void {
    const listeners = this.waiting.get(name);
    if (!listeners) return;
    this.waiting.delete(name);
    for (const listener of listeners) listener(result);
  }
}
