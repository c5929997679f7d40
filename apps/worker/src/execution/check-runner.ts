import { Inject, Injectable } from '@nestjs/common';
import { type CheckResult, DomainError, type MonitorSettings } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { monitorTypes, Programs } from '@9volt/monitors';
import { AppLogger, type Facts, type Logger } from '@9volt/platform';
import { CallsView } from '../calls/calls-view.js';
import { Detachment } from '../ledger/detachment.js';
import { evaluate } from '../evaluation/evaluate.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { RunNow } from './run-now.js';
import { StateWriter } from '../ledger/state-writer.js';
import { JudgedRuns } from '../running/judged-runs.js';
import { VitalsBuffer } from '../measure/vitals-buffer.js';
import { CheckMetrics } from '../measure/check-metrics.js';
import { Clock } from '../time/clock.js';
import { type DueRun, type FirstRun, Timetable } from '../time/timetable.js';

type Listener = (result: CheckResult | undefined) => void;

/** Defects of one monitor are told at most this often. */
const DEFECT_EVERY_MS = 60_000;
/** Results kept of a monitor whose stored state is not known yet. */
const MOST_EARLY = 100;

/** Runs the monitors of this worker by the timetable, evaluates the results, and has what changed written. */
@Injectable()
export class CheckRunner extends RunNow {
  private readonly timetable: Timetable;
  private readonly log: Logger;
  private readonly underWay = new Set<Promise<void>>();
  private readonly waiting = new Map<string, Listener[]>();
  private readonly endListeners = new Set<(monitor: OwnedMonitor) => void>();
  /** Due while this worker was detached, and not run, as they ask for. */
  private readonly resting = new Set<OwnedMonitor>();

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(OwnedMonitors) private readonly monitors: OwnedMonitors,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(Detachment) private readonly detachment: Detachment,
    @Inject(VitalsBuffer) private readonly vitals: VitalsBuffer,
    @Inject(CheckMetrics) private readonly metrics: CheckMetrics,
    @Inject(Programs) private readonly programs: Programs,
    @Inject(CallsView) private readonly calls: CallsView,
    @Inject(JudgedRuns) private readonly runs: JudgedRuns,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    super();
    this.log = logger.child('check');
    this.timetable = new Timetable({
      clock,
      run: (due) => this.runDue(due),
      onOverruns: (name, count) => {
        this.metrics.skipped(count);
        this.vitals.overran(name, count);
      },
    });
  }

  /** Puts a monitor on the timetable, or gives it its new interval. */
  schedule(monitor: OwnedMonitor, first: FirstRun): void {
    monitor.scheduled = monitor.assignment.revision;
    this.timetable.set(monitor.name, monitor.intervalMs, first);
  }

  /** Takes a monitor off the timetable; a run under way goes on. */
  unschedule(monitor: OwnedMonitor): void {
    monitor.scheduled = undefined;
    this.timetable.remove(monitor.name);
  }

  /** To be called when this worker is no longer detached: what was left out meanwhile is made up for. */
  resume(): void {
    for (const monitor of this.resting) {
      if (this.monitors.get(monitor.name) === monitor && monitor.scheduled !== undefined) {
        this.timetable.set(monitor.name, monitor.intervalMs, { at: monitor.lastRunAt ?? 0, exact: true });
      }
    }
    this.resting.clear();
  }

  nextDueAt(name: string): number | undefined {
    return this.timetable.nextDueAt(name);
  }

  /** Told right after each run, before the next can start. Must not throw or block. */
  onRunEnded(listener: (monitor: OwnedMonitor) => void): void {
    this.endListeners.add(listener);
  }

  /** A run that is under way already is as good as a new one. */
  override runNow(name: string, signal: AbortSignal): Promise<CheckResult> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => done(undefined);
      const done: Listener = (result) => {
        signal.removeEventListener('abort', onAbort);
        if (result) resolve(result);
        else reject(new DomainError('unavailable', `the run of "${name}" was given up`));
      };
      if (!this.timetable.isRunning(name) && !this.timetable.runNow(name)) {
        reject(new DomainError('conflict', `"${name}" is not being checked by this worker at present`));
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), done]);
    });
  }

  /** The state that was stored is known now: what ran before is evaluated. */
  evaluateEarly(monitor: OwnedMonitor): void {
    for (const { result, startedAt } of monitor.early.splice(0)) this.evaluate(monitor, result, startedAt);
  }

  /** Starts nothing more. Resolves when all runs have ended, or were given up after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.timetable.stop();
    let cancel: (() => void) | undefined;
    const giveUp = new Promise<void>((resolve) => (cancel = this.clock.schedule(resolve, patienceMs)));
    await Promise.race([Promise.all(this.underWay), giveUp]);
    cancel?.();
    for (const monitor of this.monitors.all()) monitor.run?.abort.abort();
    await Promise.all(this.underWay);
  }

  private runDue(due: DueRun): Promise<void> {
    const monitor = this.monitors.get(due.name);
    if (!monitor || this.rests(monitor)) return Promise.resolve();
    this.metrics.begun(Math.max(0, due.startedAt - due.dueAt));
    const abort = new AbortController();
    const ended = this.run(monitor, due.startedAt, abort).finally(() => this.underWay.delete(ended));
    monitor.run = { abort, ended };
    this.underWay.add(ended);
    return ended;
  }

  /** Another worker may run it by now, and it must not run twice at once; or the calls that it awaits cannot reach this worker. */
  private rests(monitor: OwnedMonitor): boolean {
    const { settings } = monitor;
    const { active } = this.detachment;
    const rests = awaitsCalls(settings) ? active || !this.calls.isCurrent : active && settings['on-detach'] === 'stop';
    if (!rests) return false;
    this.resting.add(monitor);
    this.answer(monitor.name, undefined);
    return true;
  }

  private async run(monitor: OwnedMonitor, startedAt: number, abort: AbortController): Promise<void> {
    const { settings, stateTarget } = monitor;
    const { result, defect } = await this.runs.execute(monitor, abort.signal, () => ({
      name: monitor.name,
      signal: abort.signal,
      programs: this.programs,
      ...(awaitsCalls(settings) ? { calls: this.calls.of(monitor) } : {}),
    }));
    monitor.run = undefined;
    const counts = !monitor.gone && !abort.signal.aborted;
    if (counts) {
      monitor.lastRunAt = startedAt;
      monitor.lastRunMs = result.latencyMs;
      monitor.performance = result.performance ?? [];
      this.metrics.ended(settings.type, result.status, result.latencyMs);
      this.vitals.ran(monitor.name, result, startedAt);
      this.log.debug(`${monitor.name}: ${result.status}`, factsOf(monitor, result));
      if (defect) this.tellDefect(monitor, settings, defect);
      // An edit during the run may have pointed the monitor elsewhere; and what could not be judged says nothing of the target.
      if (monitor.stateTarget === stateTarget && !result.unjudged) this.evaluate(monitor, result, startedAt);
    }
    this.answer(monitor.name, counts ? result : undefined);
    for (const listener of this.endListeners) listener(monitor);
  }

  private answer(name: string, result: CheckResult | undefined): void {
    const listeners = this.waiting.get(name) ?? [];
    this.waiting.delete(name);
    for (const listener of listeners) listener(result);
  }

  private evaluate(monitor: OwnedMonitor, result: CheckResult, startedAt: number): void {
    if (!monitor.stored) {
      monitor.early.push({ result, startedAt });
      if (monitor.early.length > MOST_EARLY) monitor.early.shift();
      return;
    }
    const { revision, createRevision } = monitor.assignment;
    monitor.current = evaluate(monitor.current ?? monitor.stored.state, result, monitor.settings, {
      now: this.clock.now(),
      lastRunAt: startedAt,
      owner: this.node.memberId,
      ownerName: this.node.options.name,
      revision,
      createRevision,
      target: monitor.stateTarget,
    });
    this.writer.submit(monitor);
  }

  private tellDefect(monitor: OwnedMonitor, { type }: MonitorSettings, defect: Error): void {
    const now = this.clock.now();
    if (now - monitor.defectToldAt < DEFECT_EVERY_MS) return;
    monitor.defectToldAt = now;
    const { name, assignment } = monitor;
    this.node.events.emit('error', `the ${type} check of ${name} failed by itself: ${defect.message}`, {
      monitor: name,
      details: { revision: assignment.revision, stack: defect.stack },
    });
  }
}

function factsOf({ name, settings }: OwnedMonitor, { status, latencyMs, message }: CheckResult): Facts {
  return {
    monitor: name,
    type: settings.type,
    status,
    latencyMs: Math.round(latencyMs * 1_000) / 1_000,
    result: message,
  };
}

function awaitsCalls({ type }: MonitorSettings): boolean {
  return monitorTypes.get(type)?.calls !== undefined;
}
