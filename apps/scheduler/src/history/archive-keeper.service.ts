import { setImmediate as pause } from 'node:timers/promises';
import {
  type Archived,
  ArchiveConnection,
  ArchiveFenced,
  ArchiveReader,
  ArchiveWriter,
  type ArchivedIncident,
} from '@9volt/archive';
import { guarded, messageOf, retentionOf, type Tally, unawaited } from '@9volt/contracts';
import { ClusterNode, decodeTallies, type HistoryIndex } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics, NodeConfig } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { LeaderTask } from '../housekeeping/leader-task.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { ArchiveHealth } from './archive-health.js';
import { type ArchiveKnown, archivesDue, type ArchiveStep, withoutHeld } from './plan-archive.js';

/** A round copies for at most this share of a minute, and continues in the next. */
const SHARE_OF_MINUTE = 0.3;
/** When all is copied, the leader looks again after so many minutes. */
const LOOK_EVERY = 5;
/** The history of a removed monitor stays for so many days, as in etcd. */
const REMOVED_DAYS = 7;
const AT_ONCE = 32;

/** Copies hours, days and incidents to the archive. The leader does it for all; nothing waits for it. */
@Injectable()
export class ArchiveKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly task: LeaderTask;
  private readonly health: ArchiveHealth | undefined;
  private readonly connection: ArchiveConnection | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Of the epoch in which this process leads. */
  private writer: { epoch: number; to: ArchiveWriter } | undefined;
  private archived: { hour: Map<number, string>; day: Map<number, string> } | undefined;
  /** The newest revision of the incidents that are archived. */
  private incidentRevision = 0;
  private roundsToWait = 0;

  constructor(
    private readonly config: NodeConfig,
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    logger: AppLogger,
    metrics: Metrics,
    health: Health,
  ) {
    this.log = logger.child('archive');
    const mayRun = (): boolean => {
      const may = leadership.isLeader() && caches.listed;
      if (!may) this.forget();
      return may;
    };
    this.task = new LeaderTask('archive', mayRun, this.log, () => this.round());
    if (!config.archive) return;
    this.connection = new ArchiveConnection(config.archive);
    this.health = new ArchiveHealth(node.events, metrics, health, () => leadership.isLeader());
  }

  onApplicationBootstrap(): void {
    if (!this.connection) return;
    const run = guarded('the archive', () => unawaited('the archive', this.keep()));
    this.timer = setInterval(run, Math.max(100, this.node.stores.history.periods.minute));
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.connection?.close();
  }

  /** Does what is due. */
  keep(): Promise<void> {
    return this.task.run();
  }

  get isArchived(): boolean {
    return this.connection !== undefined;
  }

  /** Reads what it has; undefined without an archive. */
  get reader(): ArchiveReader | undefined {
    const { keys, stores } = this.node;
    return this.connection && new ArchiveReader(this.connection, keys.root.slice(1, -1), stores.history.periods);
  }

  /** What of an index etcd may lose: with an archive, what is archived, or is too old to wait for it. */
  removable(index: HistoryIndex, now: number): HistoryIndex {
    if (!this.config.archive) return index;
    const { free, lost } = withoutHeld(index, this.known(this.config.archive.keepMs, now));
    if (lost > 0) this.health?.lost(lost);
    return free;
  }

  private forget(): void {
    this.writer = undefined;
    this.archived = undefined;
    this.incidentRevision = 0;
    this.roundsToWait = 0;
  }

  private async round(): Promise<string | undefined> {
    if (!this.config.archive || this.roundsToWait-- > 0) return undefined;
    try {
      const done = await this.copy(this.config.archive.keepMs);
      this.health?.worked();
      return done;
    } catch (error) {
      this.roundsToWait = 0;
      if (error instanceof ArchiveFenced && !(await this.stillLeads())) return undefined;
      // The next round begins as a new leader would: another one may have written meanwhile.
      this.writer = undefined;
      this.health?.failed(messageOf(error));
      throw error;
    }
  }

  private async copy(keepMs: number): Promise<string | undefined> {
    const { history } = this.node.stores;
    const writer = await this.open();
    const [hour, day] = await Promise.all([history.indexOf('hour'), history.indexOf('day')]);
    const due = archivesDue({ hour, day }, this.known(keepMs, Date.now()));
    const until = performance.now() + SHARE_OF_MINUTE * history.periods.minute;
    let copied = 0;
    for (const step of due) {
      if (copied > 0 && performance.now() > until) break;
      if (await this.copyPeriod(writer, step)) copied++;
    }
    this.health?.behind(due.length - copied);
    if (copied < due.length) return copied > 0 ? `copied ${copied} of ${due.length} periods` : undefined;
    const incidents = await this.copyIncidents(writer);
    const now = Date.now();
    await writer.note(keepMs);
    const expired = await writer.expire(keepMs, now);
    const { catalog } = this.caches;
    const gone = await writer.forget((name) => !catalog.has(name), REMOVED_DAYS * history.periods.day, now);
    this.roundsToWait = expired + gone > 0 ? 0 : LOOK_EVERY - 1;
    if (copied + incidents + expired + gone === 0) return undefined;
    return `copied ${copied} periods and ${incidents} incidents; removed ${expired} old entries and ${gone} monitors`;
  }

  private async open(): Promise<ArchiveWriter> {
    const { epoch } = this.leadership;
    if (epoch === undefined || !this.connection) throw new Error('not the leader');
    if (this.writer?.epoch === epoch) return this.writer.to;
    const { keys, config, stores } = this.node;
    const cluster = { prefix: keys.root.slice(1, -1), data: config.ClusterId, lengths: stores.history.periods };
    const writer = new ArchiveWriter(this.connection, cluster, epoch);
    const { hour, day }: Archived = await writer.open(() => this.stillLeads());
    this.archived = { hour: new Map(hour), day: new Map(day) };
    this.writer = { epoch, to: writer };
    return writer;
  }

  /** By the word of etcd, not by that of our clock. */
  private async stillLeads(): Promise<boolean> {
    if (!this.leadership.isLeader()) return false;
    return this.node.stores.historyFold.stillLeads(this.leadership.epochFence);
  }

  /** False if the period changed meanwhile: the next round copies it. */
  private async copyPeriod(writer: ArchiveWriter, step: ArchiveStep): Promise<boolean> {
    const tallies = await this.read(step);
    if (!tallies) return false;
    await writer.replace(step, step.source, tallies);
    this.archived?.[step.level].set(step.n, step.source);
    this.health?.copied(tallies.size);
    return true;
  }

  private async read({ keys, level, n }: ArchiveStep): Promise<Map<string, Tally> | undefined> {
    const { history } = this.node.stores;
    await history.learnNames(keys.map(({ digest }) => digest));
    const found = new Map<string, Tally>();
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const some = keys.slice(from, from + AT_ONCE);
      const entries = await history.readAll(some.map(({ key }) => key));
      for (const [at, { digest, modRevision }] of some.entries()) {
        const entry = entries[at];
        if (entry?.modRevision !== modRevision) return undefined;
        const names = history.namesOf(digest);
        const tallies = names && decodeTallies(entry.value, names);
        if (!tallies) this.log.warn(`left out what it cannot read of ${level} ${n}`, { key: entry.key });
        for (const [name, tally] of tallies ?? []) found.set(name, tally);
        // A leader has other things to do meanwhile.
        await pause();
      }
    }
    return found;
  }

  private async copyIncidents(writer: ArchiveWriter): Promise<number> {
    let copied = 0;
    let newest = this.incidentRevision;
    for await (const changed of this.node.stores.incident.changedSince(this.incidentRevision)) {
      const incidents = changed.map(({ monitor, record: { id, openedAt, closedAt, worst } }): ArchivedIncident => {
        return { monitor, id, openedAt, closedAt, worst };
      });
      await writer.keepIncidents(incidents);
      copied += incidents.length;
      newest = Math.max(newest, ...changed.map(({ modRevision }) => modRevision));
    }
    this.incidentRevision = newest;
    return copied;
  }

  private known(keepMs: number, now: number): ArchiveKnown {
    const lengths = this.node.stores.history.periods;
    return { archived: this.archived, now, lengths, kept: retentionOf(this.caches.catalog.size, lengths), keepMs };
  }
}
