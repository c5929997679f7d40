import { setImmediate as pause } from 'node:timers/promises';
import {
  groupsOf,
  INCIDENT_AGE_MS,
  isReported,
  messageOf,
  type MonitorSettings,
  type Reported,
  type ReportFacts,
  reportOf,
  type ReportSettings,
  retentionOf,
  sloOf,
  wholePeriods,
} from '@9volt/contracts';
import { ClusterNode, type HistoryIndex, periodsFor, totalsFrom, totalsOf, withOlder } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { ArchiveKeeper } from '../history/archive-keeper.service.js';

/** So many monitors are looked at without a pause. */
const AT_ONCE = 500;

/** Reads what a report says, from etcd and, if there is one, from the archive. */
@Injectable()
export class ReportReader {
  private readonly log: Logger;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly archive: ArchiveKeeper,
    logger: AppLogger,
  ) {
    this.log = logger.child('reports');
  }

  async read(settings: ReportSettings, time: { from: number; to: number }, now: number): Promise<ReportFacts> {
    const { history } = this.node.stores;
    const kept = retentionOf(this.caches.catalog.size, history.periods);
    const to = Math.min(time.to, now);
    const { from, step } = wholePeriods(time.from, now, kept, history.periods);
    const etcd = await history.index();
    const archived = await this.ask((reader) => reader.index());
    const all: HistoryIndex = archived ? withOlder(etcd, archived) : etcd;
    const { found: sums, partial } = await totalsFrom(
      all,
      periodsFor(all, { from, to, step }, history.periods),
      (part) =>
        part.archived ? this.ask((reader) => reader.totals(part.periods)) : totalsOf(history, all, part.periods),
    );
    const incidents = await this.incidents({ from, to }, now, archived?.incidentsSince);
    const by = settings['group-by'] ?? 'monitor';
    const monitors: Reported[] = [];
    let looked = 0;
    for (const name of this.caches.catalog.names()) {
      if (++looked % AT_ONCE === 0) await pause();
      const judged = this.caches.catalog.get(name);
      const monitor = judged?.verdict === 'valid' ? (JSON.parse(judged.settingsJson) as MonitorSettings) : undefined;
      if (!isReported(settings, { name, tags: monitor?.tags })) continue;
      monitors.push({
        name,
        groups: groupsOf(monitor, by),
        sum: sums.get(name),
        incidents: [...(incidents.of.get(name)?.values() ?? [])],
        slo: monitor && sloOf(monitor)?.target,
      });
    }
    const { total, lines } = reportOf(monitors, { from, to }, by !== 'monitor');
    return {
      from,
      to,
      total,
      rows: lines,
      incidentsFrom: Math.max(from, incidents.since),
      partial: partial || (this.archive.isArchived && archived === undefined),
    };
  }

  /** `archivedSince` is since when the archive has them. */
  private async incidents(
    { from, to }: { from: number; to: number },
    now: number,
    archivedSince: number | undefined,
  ): Promise<{ since: number; of: Map<string, Map<string, Reported['incidents'][number]>> }> {
    const of = new Map<string, Map<string, Reported['incidents'][number]>>();
    const add = (monitor: string, id: string, openedAt: string, closedAt: string | null): void => {
      const known = of.get(monitor) ?? new Map<string, Reported['incidents'][number]>();
      const ended = closedAt === null ? null : Date.parse(closedAt);
      of.set(monitor, known.set(id, { openedAt: Date.parse(openedAt), closedAt: ended }));
    };
    let since = now - INCIDENT_AGE_MS;
    const archived = from < since ? await this.ask((reader) => reader.incidents(from, to)) : undefined;
    if (archived) {
      since = archivedSince ?? since;
      for (const { monitor, id, openedAt, closedAt } of archived) add(monitor, id, openedAt, closedAt);
    }
    for await (const { monitor, record } of this.node.stores.incident.all()) {
      const ended = record.closedAt === null ? Infinity : Date.parse(record.closedAt);
      if (Date.parse(record.openedAt) < to && ended > from) add(monitor, record.id, record.openedAt, record.closedAt);
    }
    return { since, of };
  }

  /** Undefined without an archive, or if it does not answer. */
  private async ask<T>(question: (reader: NonNullable<ArchiveKeeper['reader']>) => Promise<T>): Promise<T | undefined> {
    const { reader } = this.archive;
    if (!reader) return undefined;
    try {
      return await question(reader);
    } catch (error) {
      this.log.warn(`the archive does not answer: ${messageOf(error)}`);
      return undefined;
    }
  }
}
