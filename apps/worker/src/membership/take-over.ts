import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Handbacks } from '../ledger/handbacks.js';
import { CheckRunner } from '../execution/check-runner.js';
import type { FirstRun } from '../time/timetable.js';
import { RECORDED_INTERVAL_MS } from '../ledger/needs-write.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { StateLoader } from './state-loader.js';

/** Monitors are run without waiting longer than this for what is stored of them. */
const PATIENCE_MS = 1_000;

/** Begins, or continues, the work on a monitor that is to be run. */
@Injectable()
export class TakeOver {
  constructor(
    @Inject(CheckRunner) private readonly runner: CheckRunner,
    @Inject(StateLoader) private readonly states: StateLoader,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(Handbacks) private readonly handbacks: Handbacks,
  ) {}

  /** Resolves when the monitor runs and its state is known. Rejects, and is to be called again, when etcd cannot be asked. */
  async run(monitor: OwnedMonitor): Promise<void> {
    const loading = this.load(monitor);
    if (monitor.scheduled === undefined) {
      const giveUp = new AbortController();
      const patience = sleep(PATIENCE_MS, undefined, { signal: giveUp.signal, ref: false });
      await Promise.race([loading, patience]).catch(() => undefined);
      giveUp.abort();
      await patience.catch(() => undefined);
    }
    if (!monitor.gone && !monitor.handing && monitor.scheduled !== monitor.assignment.revision) {
      this.runner.schedule(monitor, monitor.scheduled === undefined ? firstRunOf(monitor) : 'at-once');
    }
    await loading;
  }

  /** Reads what is stored, unless that is known. */
  async load(monitor: OwnedMonitor): Promise<void> {
    if (monitor.stored) return;
    const stored = await this.states.load(monitor.name);
    if (monitor.stored) return;
    monitor.stored = stored;
    this.runner.evaluateEarly(monitor);
    if (this.handbacks.has(monitor.name) && isRun(monitor)) this.writer.submit(monitor);
  }
}

function isRun({ assignment: { phase } }: OwnedMonitor): boolean {
  return phase === 'run' || phase === 'retire';
}

/** A revision that never ran runs at once; one that another worker ran keeps its cadence. */
export function firstRunOf(
  monitor: Pick<OwnedMonitor, 'assignment' | 'stored' | 'intervalMs' | 'lastRunAt'>,
): FirstRun {
  const { assignment, stored, intervalMs } = monitor;
  const state = stored?.state;
  const ran = state?.createRevision === assignment.createRevision && state.revision === assignment.revision;
  if (stored && !ran) return 'at-once';
  const known = monitor.lastRunAt;
  const recorded = Math.max(0, Date.parse(state?.lastRunAt ?? '') || 0);
  return {
    at: Math.max(recorded, known ?? 0),
    exact: known !== undefined || (intervalMs >= RECORDED_INTERVAL_MS && recorded > 0),
  };
}
