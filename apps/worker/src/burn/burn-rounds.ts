import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BURN_KINDS, guarded, messageOf, unawaited } from '@9volt/contracts';
import { ClusterNode, type HistoryIndex, periodsFor, walkTallies } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { Evaluations } from '../ledger/evaluations.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { BurnLog } from './burn-log.js';
import { BurnLogs, mayChange } from './burn-logs.js';

/** The owner before writes its last results within this time, in minutes. */
const HEARD_MINUTES = 0.5;

/** Judges the error budgets of this worker's monitors once a minute, and reads what was before it had them. */
@Injectable()
export class BurnRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private failed = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly logs: BurnLogs,
    private readonly evaluations: Evaluations,
    private readonly writer: StateWriter,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.log = logger.child('budgets');
    metrics.gauge(
      'ninevolt_burning_budgets',
      'Monitors of this worker whose error budget burns too fast, by kind: fast or slow',
      ['kind'],
      (gauge) => {
        for (const kind of BURN_KINDS) gauge.set({ kind }, this.count(kind));
      },
    );
  }

  onApplicationBootstrap(): void {
    const run = guarded('the error budgets', () => unawaited('the error budgets', this.round()));
    this.timer = setInterval(run, Math.max(100, this.logs.minuteMs / 2));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async round(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.complete();
      // A warning may be left of an error budget that the settings have no more.
      for (const monitor of new Set([...this.logs.monitors, ...this.evaluations.openOnes])) this.judge(monitor);
    } finally {
      this.running = false;
    }
  }

  private judge(monitor: OwnedMonitor): void {
    const burning = this.evaluations.storedOf(monitor)?.state?.burning;
    if (monitor.isChecked && mayChange(this.logs.judge(monitor), burning)) this.writer.submit(monitor);
  }

  /** Reads what was before this worker checked some monitors, of all of them together. */
  private async complete(): Promise<void> {
    const heardBefore = this.logs.now - HEARD_MINUTES * this.logs.minuteMs;
    const due = new Map<string, { monitor: OwnedMonitor; log: BurnLog; before: BurnLog }>();
    for (const monitor of this.logs.monitors) {
      const log = this.logs.incomplete(monitor);
      if (!log || (log.begunAt ?? Infinity) > heardBefore) continue;
      due.set(monitor.name, { monitor, log, before: this.logs.blankOf(log) });
    }
    if (due.size === 0 || !this.node.isMember) return;
    try {
      await this.read(due);
      this.failed = false;
    } catch (error) {
      if (!this.failed)
        this.log.warn('could not read the history of error budgets; will retry', { error: messageOf(error) });
      this.failed = true;
      return;
    }
    for (const { monitor, log, before } of due.values()) this.logs.complete(monitor, log, before);
  }

  private async read(due: ReadonlyMap<string, { log: BurnLog; before: BurnLog }>): Promise<void> {
    const { history } = this.node.stores;
    const [minute, hour] = await Promise.all([history.indexOf('minute'), history.indexOf('hour')]);
    const index: HistoryIndex = { minute, hour, day: new Map() };
    const to = this.logs.now;
    const longest = Math.max(...[...due.values()].map(({ log }) => log.lengthMs));
    const periods = periodsFor(index, { from: to - longest, to, step: this.logs.minuteMs }, history.periods);
    await walkTallies(history, index, periods, new Set(due.keys()), (name, tally) => {
      const known = due.get(name);
      if (known) known.before.tally(tally, known.log.begunAt ?? 0);
    });
  }

  private count(kind: (typeof BURN_KINDS)[number]): number {
    let burning = 0;
    for (const monitor of this.evaluations.openOnes) {
      if (this.evaluations.storedOf(monitor)?.state?.burning?.[kind]) burning++;
    }
    return burning;
  }
}
