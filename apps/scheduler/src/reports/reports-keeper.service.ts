import {
  guarded,
  messageOf,
  type PendingReport,
  type ReportRecord,
  ReportSettings,
  type SentReport,
  unawaited,
} from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { AppLogger, Metrics } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { LeaderTask } from '../housekeeping/leader-task.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { type Attempted, isSame, planReport, withAnswer, withAttempt } from './plan-report.js';
import { ReportSender } from './report-sender.js';

const EVERY_MS = 5_000;
const OUTCOMES = ['sent', 'failed', 'retry'] as const;
const TRIES = 5;

/** Sends reports by mail when they are due, or when a person asks for one. The leader does it for all. */
@Injectable()
export class ReportsKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly task: LeaderTask;
  private readonly attempts;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly sender: ReportSender,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    const mayRun = (): boolean => leadership.isLeader() && caches.listed;
    this.task = new LeaderTask('reports', mayRun, logger.child('reports'), () => this.round());
    this.attempts = metrics.counter(
      'ninevolt_report_attempts_total',
      `Attempts to send a report by mail, by outcome (${OUTCOMES.join(', ')})`,
      ['outcome'],
    );
    for (const outcome of OUTCOMES) this.attempts.inc({ outcome }, 0);
  }

  onApplicationBootstrap(): void {
    const run = guarded('the reports', () => unawaited('the reports', this.keep()));
    this.timer = setInterval(run, EVERY_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Does what is due. */
  keep(): Promise<void> {
    return this.task.run();
  }

  private async round(): Promise<string | undefined> {
    const { keys, stores } = this.node;
    const { reports, reportRecords } = this.caches;
    for (const { key, modRevision } of reportRecords.items.values()) {
      const name = key.slice(keys.reportsSent.length);
      if (!reports.get(keys.report(name))) await stores.reportSent.remove(name, modRevision, this.fence);
    }
    let sent = 0;
    for (const [key, { value: validated }] of reports.items) {
      // The API shows what is invalid.
      if (validated.ok) sent += await this.keepOne(stores.report.nameOf(key), validated.value);
    }
    return sent === 0 ? undefined : `sent ${sent}`;
  }

  /** Answers how many mails it sent. */
  private async keepOne(name: string, settings: ReportSettings): Promise<number> {
    // Mostly nothing is due, and nobody asks etcd.
    const cached = this.caches.reportRecords.get(this.node.keys.reportSent(name))?.value.record;
    const isQuiet = cached?.pending.every(({ nextAt }) => Date.parse(nextAt) > this.now);
    if (isQuiet && planReport(settings, cached, this.now) === cached) return 0;
    let stored = await this.change(name, (known) => planReport(settings, known, this.now));
    let sent = 0;
    for (const pending of stored?.pending ?? []) {
      if (Date.parse(pending.nextAt) > this.now) continue;
      // A process that leads no longer stops here.
      stored = await this.change(name, (known) => known && withAttempt(known, pending, this.now));
      const begun = stored?.pending.find((one) => isSame(one, pending));
      if (!begun) return sent;
      const attempted = await this.attempt(name, settings, begun);
      this.attempts.inc({ outcome: attempted.outcome });
      let ended: SentReport | undefined;
      await this.change(name, (known) => {
        if (!known) return undefined;
        const after = withAnswer(known, begun, attempted, this.now);
        ended = after.ended;
        return after.record;
      });
      this.tell(name, begun, attempted, ended);
      if (attempted.outcome === 'sent') sent++;
    }
    return sent;
  }

  private async attempt(name: string, settings: ReportSettings, pending: PendingReport): Promise<Attempted> {
    try {
      return await this.sender.send(name, settings, pending, this.now);
    } catch (error) {
      return { outcome: 'retry', answer: messageOf(error) };
    }
  }

  private tell(name: string, pending: PendingReport, { outcome, answer }: Attempted, ended?: SentReport): void {
    const { alerter, dueAt, attempts } = pending;
    const about = { alerter, details: { report: name, dueAt } };
    if (outcome === 'sent') {
      this.node.events.emit('report-sent', `sent the report ${name} to ${alerter}`, about);
    } else if (ended) {
      this.node.events.emit('report-failed', `gave up the report ${name} to ${alerter}: ${answer}`, about);
    } else if (attempts === 1) {
      this.node.events.emit(
        'report-failed',
        `could not send the report ${name} to ${alerter}; will retry: ${answer}`,
        about,
      );
    }
  }

  /** Changes what is noted of a report. Answers it as it is then; undefined if this process leads no longer. */
  private async change(
    name: string,
    change: (known: ReportRecord | undefined) => ReportRecord | undefined,
  ): Promise<ReportRecord | undefined> {
    const { reportSent } = this.node.stores;
    for (let n = 0; n < TRIES; n++) {
      const { record, modRevision } = await reportSent.read(name);
      const next = change(record);
      if (next === undefined || next === record) return next;
      if ((await reportSent.replace(name, modRevision, next, this.fence)) !== undefined) {
        for (const { dueAt, alerter, answer } of newlySkipped(record, next)) {
          const message = `did not send the report ${name} of ${dueAt}: ${answer}`;
          this.node.events.emit('report-failed', message, { alerter, details: { report: name, dueAt } });
        }
        return next;
      }
      if (!this.leadership.isLeader()) return undefined;
    }
    throw new Error(`the record of the report ${name} keeps changing`);
  }

  private get fence(): LeadershipService['epochFence'] {
    return this.leadership.epochFence;
  }

  /** In the time of the cluster. */
  private get now(): number {
    return this.caches.view.now;
  }
}

function newlySkipped(before: ReportRecord | undefined, after: ReportRecord): SentReport[] {
  const known = new Set(before?.sent.map(({ dueAt }) => dueAt));
  return after.sent.filter(({ outcome, dueAt }) => outcome === 'skipped' && !known.has(dueAt));
}
