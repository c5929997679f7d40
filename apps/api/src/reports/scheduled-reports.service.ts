import { reportAlerterFaults } from '@9volt/alerters';
import {
  DomainError,
  nextDue,
  type PendingReport,
  ReportSettings,
  sentencesOf,
  timeId,
  validateSettings,
} from '@9volt/contracts';
import { ClusterNode, type Item, keepsChanging, untilAccepted } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { ReportEntry } from '../cache/cluster-views.js';
import { type Found, PlainSettings } from '../common/plain-settings.js';
import { ReportsService } from './reports.service.js';
import type { ReportPreview, ShownReportEntry } from './scheduled-report.dto.js';

/** So many deliveries of a report may wait. */
const MAX_PENDING = 50;

/** Reports that the leader sends by mail. */
@Injectable()
export class ScheduledReportsService extends PlainSettings<ShownReportEntry> {
  constructor(
    node: ClusterNode,
    cache: ClusterCache,
    private readonly reports: ReportsService,
  ) {
    super(node, cache, {
      noun: 'report',
      word: 'report',
      settings: ReportSettings,
      crossFaults: (settings) => this.alerterFaults(settings as ReportSettings),
    });
  }

  protected all(): ShownReportEntry[] {
    return [...this.cache.reports.values()].map((report) => this.shown(report));
  }

  protected find(name: string): Found<ShownReportEntry> | undefined {
    const report = this.cache.reports.get(name);
    return report && { shown: this.shown(report), revision: report.modRevision };
  }

  /** Throws `invalid`. */
  async preview(raw: unknown): Promise<ReportPreview> {
    const validated = validateSettings(ReportSettings, raw);
    if (!validated.ok) throw DomainError.invalid(validated.errors);
    const { subject, text, html } = await this.reports.preview(validated.value, Date.now());
    return { subject, text, html };
  }

  /** Notes that the leader is to send it. */
  async send(name: string): Promise<string> {
    const report = this.cache.reports.get(name);
    if (!report) throw this.notFound(name);
    const { settings, faults } = report.value;
    if (!settings) throw new DomainError('conflict', `The report '${name}' is invalid: ${sentencesOf(faults)}`);
    const now = new Date().toISOString();
    const id = `asked-${timeId()}`;
    const added = settings.alerters.map((alerter): PendingReport => ({
      id,
      alerter,
      dueAt: now,
      asked: true,
      since: now,
      attempts: 0,
      nextAt: now,
    }));
    const { reportSent } = this.node.stores;
    const attempt = async (): Promise<string | 'refused'> => {
      const { record, modRevision } = await reportSent.read(name);
      if (!record) {
        throw new DomainError('conflict', `No leader has seen the report '${name}' yet; try again in some seconds`);
      }
      if (record.pending.length + added.length > MAX_PENDING) {
        throw new DomainError('conflict', `The report '${name}' has too many deliveries that wait already`);
      }
      const next = { ...record, pending: [...record.pending, ...added] };
      const revision = await reportSent.replace(name, modRevision, next);
      if (revision === undefined) return 'refused';
      await this.cache.awaitWrite(revision);
      return `The leader sends the report '${name}' to ${settings.alerters.join(', ')}`;
    };
    return untilAccepted(attempt, () => keepsChanging(`'${name}'`));
  }

  private alerterFaults(settings: ReportSettings): ReturnType<typeof reportAlerterFaults> {
    const types = new Map([...this.cache.alerters].map(([name, { value }]) => [name, value.settings?.type]));
    return reportAlerterFaults(settings, types);
  }

  private shown({ value: { name, settings, faults } }: Item<ReportEntry>): ShownReportEntry {
    const { pending = [], sent = [] } = this.cache.reportsSent.get(name) ?? {};
    if (!settings) {
      return { name, config: null, reason: sentencesOf(faults), monitors: 0, nextAt: null, pending, sent };
    }
    const next = nextDue(settings, Date.now());
    return {
      name,
      config: { ...settings },
      reason: null,
      monitors: this.reports.reported(settings).length,
      nextAt: next === undefined ? null : new Date(next).toISOString(),
      pending,
      sent,
    };
  }
}
