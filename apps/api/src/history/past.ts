import { type ArchiveIndex, ArchiveConnection, type ArchivedIncident, ArchiveReader } from '@9volt/archive';
import {
  guarded,
  type HistoryPeriods,
  messageOf,
  type Retention,
  retentionOf,
  type Tally,
  unawaited,
} from '@9volt/contracts';
import {
  beginOf,
  type HistoryIndex,
  type HistoryStore,
  isArchived,
  type Period,
  periodsFor,
  totalsFrom,
  totalsOf,
  withOlder,
} from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics, NodeConfig } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { TallyIndex } from './tally-index.js';

/** The archive is looked at again after this time. It changes once an hour. */
const INDEX_AGE_MS = 30_000;
/** After a failure nobody waits for the archive for so long. */
const REST_MS = 10_000;

/** The leader writes at least every five minutes. */
const LATE_MS = 15 * 60_000;

export interface ArchiveState {
  /** Since when it does not answer this process. */
  downSince: string | null;
  /** When the leader wrote last. */
  writtenAt: string | null;
  /** It answers, but the leader has not written for long. */
  late: boolean;
  /** For how long it keeps days, as far as it has answered. */
  daysKeptMs: number;
}

/** What there is of the past. */
export interface PastIndex {
  /** The keys of etcd; a period that only the archive has is there without keys. */
  all: HistoryIndex;
  /** Before this nobody knows what there is, because the archive does not answer. */
  unknownBefore: number;
}

/** An answer, and whether something is missing from it because the archive did not answer. */
export interface Found<T> {
  found: T;
  partial: boolean;
}

/** The past of monitors: from etcd what etcd has, the rest from the archive, if there is one. */
@Injectable()
export class Past implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly tallyIndex = new TallyIndex(() => this.store);
  private readonly log: Logger;
  private readonly connection: ArchiveConnection | undefined;
  private readonly failures;
  private known: { at: number; index: ArchiveIndex } | undefined;
  private downSince: string | undefined;
  private restsUntil = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly cache: ClusterCache,
    config: NodeConfig,
    logger: AppLogger,
    metrics: Metrics,
    health: Health,
  ) {
    this.log = logger.child('archive');
    if (!config.archive) return;
    this.connection = new ArchiveConnection(config.archive);
    this.failures = metrics.counter(
      'ninevolt_archive_failed_reads_total',
      'Questions of the API that the archive did not answer',
    );
    health.note('history', () =>
      this.downSince === undefined
        ? undefined
        : `the archive does not answer since ${this.downSince}; the log says why`,
    );
  }

  /** So that people hear of an outage before they ask for the past. */
  onApplicationBootstrap(): void {
    if (!this.isArchived) return;
    const look = guarded('the archive', () => unawaited('the archive', this.archived()));
    this.timer = setInterval(look, INDEX_AGE_MS);
    look();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.connection?.close();
  }

  get isArchived(): boolean {
    return this.connection !== undefined;
  }

  /** How the archive is; undefined without one. */
  get archiveState(): ArchiveState | undefined {
    if (!this.isArchived) return undefined;
    const writtenAt = this.known?.index.writtenAt;
    const isLate = writtenAt !== undefined && Date.now() - writtenAt > LATE_MS;
    return {
      downSince: this.downSince ?? null,
      writtenAt: writtenAt === undefined ? null : new Date(writtenAt).toISOString(),
      late: this.downSince === undefined && isLate,
      daysKeptMs: this.known?.index.kept.day ?? 0,
    };
  }

  get lengths(): HistoryPeriods {
    return this.store.periods;
  }

  /** How long each resolution is kept, here or there. */
  async kept(): Promise<Retention> {
    const { minute, hour, day } = retentionOf(this.cache.monitors.size, this.lengths);
    const archived = (await this.archived())?.kept;
    return { minute, hour: Math.max(hour, archived?.hour ?? 0), day: Math.max(day, archived?.day ?? 0) };
  }

  async index(): Promise<PastIndex> {
    const [etcd, archived] = await Promise.all([this.tallyIndex.get(), this.archived()]);
    if (!this.isArchived) return { all: etcd, unknownBefore: Number.NEGATIVE_INFINITY };
    if (!archived) return { all: etcd, unknownBefore: beginOf(etcd, this.lengths) };
    return { all: withOlder(etcd, archived), unknownBefore: Number.NEGATIVE_INFINITY };
  }

  periods({ all }: PastIndex, range: { from: number; to: number; step: number }): Period[] {
    return periodsFor(all, range, this.lengths);
  }

  /** The tallies of a monitor. `from` is where the time begins that the question is about. */
  async talliesOf(
    name: string,
    { all, unknownBefore }: PastIndex,
    periods: readonly Period[],
    from: number,
    parts: Parameters<HistoryStore['talliesOf']>[3] = 'all',
  ): Promise<Found<Tally[]>> {
    const old = periods.filter((period) => isArchived(all, period));
    const [young, archived] = await Promise.all([
      this.store.talliesOf(name, all, periods, parts),
      old.length === 0 ? [] : this.ask((reader) => reader.talliesOf(name, old)),
    ]);
    return { found: [...(archived ?? []), ...young], partial: from < unknownBefore || archived === undefined };
  }

  /** The sums of all monitors. */
  async totals(
    { all, unknownBefore }: PastIndex,
    periods: readonly Period[],
    from: number,
  ): Promise<Found<Map<string, Tally>>> {
    const { found, partial } = await totalsFrom(all, periods, (part) =>
      part.archived ? this.ask((reader) => reader.totals(part.periods)) : totalsOf(this.store, all, part.periods),
    );
    return { found, partial: partial || from < unknownBefore };
  }

  /** Incidents that etcd no longer has, and since when there are all; undefined without an archive that answers. */
  async incidents(from: number, to: number): Promise<{ since: number; incidents: ArchivedIncident[] } | undefined> {
    const since = (await this.archived())?.incidentsSince;
    const incidents = since === undefined ? undefined : await this.ask((reader) => reader.incidents(from, to));
    return since === undefined || incidents === undefined ? undefined : { since, incidents };
  }

  /** What the archive said when it was asked last. */
  private async archived(): Promise<ArchiveIndex | undefined> {
    const now = performance.now();
    if (this.known && now - this.known.at < INDEX_AGE_MS) return this.known.index;
    const index = await this.ask((reader) => reader.index());
    if (index) this.known = { at: now, index };
    return this.known?.index;
  }

  /** Undefined if the archive does not answer. */
  private async ask<T>(question: (reader: ArchiveReader) => Promise<T>): Promise<T | undefined> {
    if (!this.connection || performance.now() < this.restsUntil) return undefined;
    const prefix = this.cache.node.keys.root.slice(1, -1);
    try {
      const answer = await question(new ArchiveReader(this.connection, prefix, this.lengths));
      this.downSince = undefined;
      return answer;
    } catch (error) {
      if (this.downSince === undefined) this.log.warn(`the archive does not answer: ${messageOf(error)}`);
      this.downSince ??= new Date().toISOString();
      this.restsUntil = performance.now() + REST_MS;
      this.failures?.inc();
      return undefined;
    }
  }

  private get store(): HistoryStore {
    return this.cache.node.stores.history;
  }
}
