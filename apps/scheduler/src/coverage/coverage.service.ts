import { type CoverageReport, isChecked, LOW_COVERAGE, parseDuration } from '@9volt/contracts';
import { ClusterNode, encode } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Knowledge } from '../decision/knowledge.js';
import { LeaderTask } from '../housekeeping/leader-task.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { describeCoverage, stepAlarm } from './coverage-alarm.js';
import { CoverageNotices } from './coverage-notices.js';
import { type DueMonitor, measureCoverage, type WorkerReports } from './measure-coverage.js';

const EVERY_MS = 10_000;
const DEAD_MAN_EVERY_MS = 60_000;
/** An unchanged report is written again after this time. */
const WRITE_EVERY_MS = 60_000;
/** After this many dump intervals without a sign, a worker does not count. */
const SILENT_PERIODS = 3;

/** Watches over the watching: how many checks happen in time, reported by the leader itself, and by its silence. */
@Injectable()
export class CoverageService {
  private readonly logger: Logger;
  private readonly knowledge: Knowledge;
  private readonly measuring: LeaderTask;
  private readonly calling: LeaderTask;
  private lowTimes = 0;
  /** The report in etcd, as far as this leader knows. */
  private report: CoverageReport | undefined;
  private writtenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly notices: CoverageNotices,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.logger = logger.child('coverage');
    this.knowledge = new Knowledge(caches, () => undefined);
    const mayRun = (): boolean => leadership.isLeader() && caches.listed;
    this.measuring = new LeaderTask('coverage', mayRun, this.logger, () => this.look());
    this.calling = new LeaderTask('dead-man-url', mayRun, this.logger, () => this.call());
    leadership.listen({ onElected: () => this.forget() });
    metrics.gauge(
      'ninevolt_coverage_ratio',
      'Share of monitors whose last due check ran, by pool of workers; only the leader has it',
      ['pool'],
      (gauge) => {
        gauge.reset();
        if (!this.report || !leadership.isLeader()) return;
        gauge.set({ pool: 'all' }, this.report.share);
        for (const { tag, share } of this.report.pools) gauge.set({ pool: tag ?? 'untagged' }, share);
      },
    );
  }

  @Interval(EVERY_MS)
  measure(): Promise<void> {
    return this.measuring.run();
  }

  @Interval(DEAD_MAN_EVERY_MS)
  callDeadMan(): Promise<void> {
    return this.calling.run();
  }

  private forget(): void {
    this.report = undefined;
    this.lowTimes = 0;
    this.writtenAt = Number.NEGATIVE_INFINITY;
  }

  private async look(): Promise<undefined> {
    const { events, stores } = this.node;
    // The leader before may have raised an alarm.
    const before = this.report ?? (await stores.coverage.read());
    const coverage = measureCoverage(this.due(), this.reports());
    this.lowTimes = coverage.share < LOW_COVERAGE ? this.lowTimes + 1 : 0;
    const alerter = this.node.config['coverage-alerter'];
    const now = new Date();
    const step = stepAlarm({
      coverage,
      lowTimes: this.lowTimes,
      low: before?.low,
      alerter: alerter !== undefined,
      now,
    });
    let { low } = step;
    if (step.send !== undefined && alerter !== undefined) {
      const since = before?.low?.since ?? now.toISOString();
      if (!(await this.notices.send(alerter, step.send, since, coverage, now))) low = before?.low;
    }
    if (low === step.low && step.event === 'low') {
      events.emit('warning', `the coverage is ${describeCoverage(coverage)}`, { details: { ...coverage } });
    }
    if (low === step.low && step.event === 'restored') {
      events.emit('coverage-restored', `the coverage is ${describeCoverage(coverage)}`, { details: { ...coverage } });
    }
    await this.write({ at: now.toISOString(), ...coverage, ...(low ? { low } : {}) });
    return undefined;
  }

  private *due(): Generator<DueMonitor> {
    const { catalog, view } = this.caches;
    for (const name of catalog.names()) {
      const holding = view.holdings(name)[0];
      const subject = this.knowledge.subjectToRun(this.knowledge.judged(name), holding);
      if (!subject) continue;
      const runs = holding && isChecked(holding.phase);
      yield { tag: subject.memberTag, workerId: runs ? holding.workerId : undefined };
    }
  }

  private reports(): WorkerReports {
    const { members, workers } = this.caches.view;
    const patienceMs = SILENT_PERIODS * parseDuration(this.node.config.StateDumpInterval);
    const reports = new Map<string, Readonly<Record<string, number>>>();
    for (const id of workers.keys()) {
      if (performance.now() - this.caches.view.toldAt(id) <= patienceMs)
        reports.set(id, members.get(id)?.Load?.late ?? {});
    }
    return reports;
  }

  private async write(report: CoverageReport): Promise<void> {
    const same = this.report !== undefined && encode({ ...this.report, at: '' }) === encode({ ...report, at: '' });
    this.report = report;
    if (same && performance.now() - this.writtenAt < WRITE_EVERY_MS) return;
    await this.node.stores.coverage.write(report, this.leadership.epochFence);
    this.writtenAt = performance.now();
  }

  /** The service that is no longer called raises the alarm: each call says that monitors are checked. */
  private async call(): Promise<undefined> {
    if (this.report && this.report.share >= LOW_COVERAGE) await this.notices.callDeadMan();
    return undefined;
  }
}
