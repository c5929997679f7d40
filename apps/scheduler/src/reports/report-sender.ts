import { attemptReport, validateAlerter } from '@9volt/alerters';
import { type PendingReport, reportMessage, type ReportSettings, reportTimeOf } from '@9volt/contracts';
import { ClusterNode, decode } from '@9volt/etcd-dal';
import { GuardedTargets } from '@9volt/monitors';
import { NodeConfig, SecretReader } from '@9volt/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { type Attempted, isLate } from './plan-report.js';
import { ReportReader } from './report-reader.js';

const TIMEOUT_MS = 10_000;

/** Sends reports, within the limits of this process's operator: its programs, targets and secrets. */
@Injectable()
export class ReportSender implements OnApplicationShutdown {
  private readonly abort = new AbortController();

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly reader: ReportReader,
    private readonly config: NodeConfig,
    private readonly secrets: SecretReader,
    private readonly targets: GuardedTargets,
  ) {}

  onApplicationShutdown(): void {
    this.abort.abort();
  }

  /** Tries once. */
  async send(name: string, settings: ReportSettings, pending: PendingReport, now: number): Promise<Attempted> {
    const text = this.caches.alerters.get(this.node.keys.alerter(pending.alerter))?.value.text;
    const alerter = validateAlerter(pending.alerter, text === undefined ? undefined : decode(Buffer.from(text)));
    if (!alerter.ok) {
      return {
        outcome: 'retry',
        answer: `there is no valid alerter "${pending.alerter}"; create it, or change the report`,
      };
    }
    const dueAt = Date.parse(pending.dueAt);
    const time = reportTimeOf(settings, dueAt);
    const { title, description, 'group-by': groupBy = 'monitor' } = settings;
    const report = reportMessage(
      { title, description, label: time.label, groupBy, lateSince: isLate(pending, now) ? dueAt : undefined },
      await this.reader.read(settings, time, now),
    );
    const sent = await attemptReport({
      settings: alerter.value,
      report,
      id: `${this.config.prefix}/report/${name}/${pending.alerter}/${pending.id}`,
      signal: this.abort.signal,
      timeoutMs: TIMEOUT_MS,
      ...(pending.reached ? { reached: pending.reached } : {}),
      readSecret: this.secrets.read,
      programs: this.config.programs.rules,
      targets: this.targets,
    });
    const { answer } = sent;
    if (sent.outcome === 'retryable') {
      return { outcome: 'retry', answer, reached: sent.reached, retryAfterMs: sent.retryAfterMs };
    }
    return { outcome: sent.outcome === 'delivered' ? 'sent' : 'failed', answer, subject: report.subject };
  }
}
