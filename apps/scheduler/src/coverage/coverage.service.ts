import { attemptDelivery, validateAlerter } from '@9volt/alerters';
import { type CoverageReport, LOW_COVERAGE, messageOf, parseDuration } from '@9volt/contracts';
import { ClusterNode, decode, encode } from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics, NodeConfig, SecretReader } from '@9volt/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Knowledge } from '../decision/knowledge.js';
import { LeaderTask } from '../housekeeping/leader-task.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { coverageAlert, describeCoverage, stepAlarm } from './coverage-alarm.js';
import { type DueMonitor, measureCoverage, type WorkerReports } from './measure-coverage.js';

const EVERY_MS = 10_000;
const DEAD_MAN_EVERY_MS = 60_000;
/** What has not changed is written again after so long. */
const WRITE_EVERY_MS = 60_000;
/** So many dump intervals without a word, and a worker counts for nothing. */
const SILENT_PERIODS = 3;
const TIMEOUT_MS = 10_000;

/** Watches over the watching: how much of it takes place, told by the leader itself, and by its silence. */
@Injectable()
export class CoverageService implements OnApplicationShutdown {
  private readonly logger: Logger;
  private readonly knowledge: Knowledge;
  private readonly measuring: LeaderTask;
  private readonly calling: LeaderTask;
  private readonly abort = new AbortController();
  private lowTimes = 0;
  /** What stands in etcd, as far as this leader knows. */
  private report: CoverageReport | undefined;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private callFailed = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly config: NodeConfig,
    private readonly secrets: SecretReader,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.logger = logger.child('coverage');
    this.knowledge = new Knowledge(node, caches, () => undefined);
    const mayRun = (): boolean => leadership.isLeader() && caches.listed;
    this.measuring = new LeaderTask('coverage', mayRun, this.logger, () => this.look());
    this.calling = new LeaderTask('dead-man-url', mayRun, this.logger, () => this.call());
    leadership.listen({ onElected: () => this.forget() });
    metrics.gauge(
      'ninevolt_coverage_ratio',
      'Share of monitors that were checked when they last had to be, by pool of workers; of the leader only',
      ['pool'],
      (gauge) => {
        gauge.reset();
        if (!this.report || !leadership.isLeader()) return;
        gauge.set({ pool: 'all' }, this.report.share);
        for (const { tag, share } of this.report.pools) gauge.set({ pool: tag ?? 'untagged' }, share);
      },
    );
  }

  onApplicationShutdown(): void {
    this.abort.abort();
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
    const { client, keys, events } = this.node;
    // The leader before may have raised an alarm.
    const before = this.report ?? (await client.get(keys.coverage).then((entry) => entry && reportOf(entry.value)));
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
      if (!(await this.send(alerter, step.send, since, coverage, now))) low = before?.low;
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
      const runs = holding?.phase === 'run' || holding?.phase === 'retire';
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
    const { client, keys } = this.node;
    // It does not matter when it is applied: the next one follows.
    await client.txn({ compare: this.leadership.epochFence, then: [{ put: keys.coverage, value: encode(report) }] });
    this.writtenAt = performance.now();
  }

  /** Answers whether nothing is left to send. What is refused for good is told as an event. */
  private async send(
    alerter: string,
    type: 'alarm' | 'resolve',
    since: string,
    coverage: Pick<CoverageReport, 'share' | 'monitors' | 'covered'>,
    now: Date,
  ): Promise<boolean> {
    const text = this.caches.alerters.get(this.node.keys.alerter(alerter))?.value;
    const validated = validateAlerter(alerter, text === undefined ? undefined : decode(Buffer.from(text)));
    const told = { alerter, details: { type } };
    if (!validated.ok) {
      this.node.events.emit(
        'notification-failed',
        `the coverage cannot be told: there is no valid alerter "${alerter}"`,
        told,
      );
      return true;
    }
    const { memberName: leader, prefix, programs } = this.config;
    const { outcome, answer } = await attemptDelivery({
      settings: validated.value,
      alert: coverageAlert(type, { coverage, since, now, leader, prefix }),
      signal: this.abort.signal,
      timeoutMs: TIMEOUT_MS,
      readSecret: this.secrets.read,
      programs: programs.rules,
    });
    if (outcome === 'retryable') {
      this.logger.warn(`the coverage could not be told to ${alerter}: ${answer}; tried again`);
      return false;
    }
    const sent = outcome === 'delivered';
    const message = sent
      ? `${alerter} was told of the coverage`
      : `${alerter} refused to be told of the coverage: ${answer}`;
    this.node.events.emit(sent ? 'notification-sent' : 'notification-failed', message, told);
    return true;
  }

  /** Whoever is called no longer raises the alarm: the call says that monitors are checked. */
  private async call(): Promise<undefined> {
    const url = this.node.config['dead-man-url'];
    if (url === undefined || !this.report || this.report.share < LOW_COVERAGE) return undefined;
    try {
      const response = await fetch(url, {
        signal: AbortSignal.any([this.abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.callFailed = false;
    } catch (error) {
      // The address is a secret.
      if (!this.callFailed)
        this.node.events.emit(
          'warning',
          `the dead-man-url could not be called: ${messageOf(error).replaceAll(url, 'it')}`,
        );
      this.callFailed = true;
    }
    return undefined;
  }
}

function reportOf(value: Buffer): CoverageReport | undefined {
  return decode<CoverageReport>(value);
}
