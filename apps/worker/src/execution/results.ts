import { Injectable } from '@nestjs/common';
import type { CheckResult, MonitorSettings } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, type Facts, type Logger } from '@9volt/platform';
import { type EarlyResult, Evaluations } from '../ledger/evaluations.js';
import { StateWriter } from '../ledger/state-writer.js';
import { Recorder } from '../measure/recorder.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { Execution } from '../running/execute-check.js';

/** Logs defects of one monitor at most this often. */
const DEFECT_EVERY_MS = 60_000;

/** Handles a result: measures, shows and evaluates it, and has the change written. */
@Injectable()
export class Results {
  private readonly log: Logger;
  /** When a defect of a monitor's probe was last logged, by `performance.now()`. */
  private readonly defectsTold = new WeakMap<OwnedMonitor, number>();

  constructor(
    private readonly node: ClusterNode,
    private readonly evaluations: Evaluations,
    private readonly writer: StateWriter,
    private readonly recorder: Recorder,
    logger: AppLogger,
  ) {
    this.log = logger.child('check');
  }

  /** A check has ended. `target` is the checked one: an edit during the check may have changed it. */
  take(monitor: OwnedMonitor, { result, defect }: Execution, startedAt: number, target: string): void {
    const { name, settings } = monitor;
    this.recorder.ran(monitor, result, startedAt);
    if (this.log.isDebug) this.log.debug(`${name}: ${result.status}`, factsOf(monitor, result));
    if (defect) this.reportDefect(monitor, settings, defect);
    // An unjudged result says nothing about the target.
    if (monitor.stateTarget === target && !result.unjudged) this.evaluate(monitor, { result, startedAt });
  }

  /** Evaluates it, or keeps it until the stored state is known. */
  evaluate(monitor: OwnedMonitor, { result, startedAt }: EarlyResult): void {
    if (this.evaluations.take(monitor, result, startedAt)) this.writer.evaluated(monitor);
  }

  /** Nobody waits any more for results that were not shown yet. */
  forget(monitor: OwnedMonitor): void {
    this.recorder.forget(monitor);
  }

  private reportDefect(monitor: OwnedMonitor, { type }: MonitorSettings, defect: Error): void {
    const now = performance.now();
    if (now - (this.defectsTold.get(monitor) ?? Number.NEGATIVE_INFINITY) < DEFECT_EVERY_MS) return;
    this.defectsTold.set(monitor, now);
    const { name, assignment } = monitor;
    this.node.events.emit('error', `internal error in the ${type} check of ${name}: ${defect.message}`, {
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
