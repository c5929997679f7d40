import { setImmediate as pause } from 'node:timers/promises';
import {
  type ArchivedIncidents,
  type IncidentRecord,
  isReported,
  joinIncidents,
  knownUntil,
  messageOf,
  type MonitorSettings,
  type ReportedMonitor,
  reportFacts,
  type ReportFacts,
  type ReportSettings,
  retentionOf,
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
    const askArchive = async (): Promise<ArchivedIncidents | undefined> => {
      const since = archived?.incidentsSince;
      const incidents = since === undefined ? undefined : await this.ask((reader) => reader.incidents(from, to));
      return since === undefined || incidents === undefined ? undefined : { since, incidents };
    };
    const incidents = await joinIncidents(
      { from, to },
      now,
      this.recent(),
      this.archive.isArchived ? askArchive : undefined,
    );
    const monitors: ReportedMonitor[] = [];
    let looked = 0;
    for (const name of this.caches.catalog.names()) {
      if (++looked % AT_ONCE === 0) await pause();
      const judged = this.caches.catalog.get(name);
      const monitor = judged?.verdict === 'valid' ? (JSON.parse(judged.settingsJson) as MonitorSettings) : undefined;
      if (isReported(settings, { name, tags: monitor?.tags })) monitors.push({ name, settings: monitor });
    }
    const isPartial = partial || (this.archive.isArchived && archived === undefined);
    const range = { from, to, knownUntil: knownUntil(now, history.periods) };
    return reportFacts(monitors, settings['group-by'] ?? 'monitor', { ...range, sums, partial: isPartial }, incidents);
  }

  private async *recent(): AsyncGenerator<{ monitor: string } & Pick<IncidentRecord, 'id' | 'openedAt' | 'closedAt'>> {
    for await (const { monitor, record } of this.node.stores.incident.all()) yield { monitor, ...record };
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
