import { guarded, type HistoryPeriods, type Retention, retentionOf, unawaited } from '@9volt/contracts';
import {
  ClusterNode,
  type Compare,
  type Fold,
  type FoldedLevel,
  type HistoryIndex,
  type TallyKey,
} from '@9volt/etcd-dal';
import { AppLogger, type Logger, Metrics } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { LeaderTask } from '../housekeeping/leader-task.js';
import { LeadershipService } from '../leadership/leadership.service.js';
import { ArchiveKeeper } from './archive-keeper.service.js';
import { foldPeriod, mergeResults } from './fold-period.js';
import { expiredDays, type Folded, foldsDue, type FoldStep, sourcesOf, trimsDue } from './plan-folds.js';
import { RemovedMonitors } from './removed-monitors.js';

const FOLDED_LEVELS: readonly FoldedLevel[] = ['hour', 'day'];
const RECENT_RESULTS = 100;
/** After an outage of etcd, or its election, a leader waits this many rounds: workers write first what they could not. */
const QUIET_ROUNDS = 2;

/** Makes hours of minutes and days of hours, and removes what is kept no longer. The leader does it for all. */
@Injectable()
export class HistoryKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly task: LeaderTask;
  private readonly removed: RemovedMonitors;
  private timer: NodeJS.Timeout | undefined;
  private quietRounds = QUIET_ROUNDS;
  /** Since this process leads. */
  private lookedAtAll = false;
  /** Lists of names that nothing referred to at the last round, with their revisions. */
  private unused = new Map<string, number>();
  private readonly duration;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly archive: ArchiveKeeper,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.log = logger.child('history');
    this.removed = new RemovedMonitors(node.stores, caches.catalog);
    const mayRun = (): boolean => {
      const may = leadership.isLeader() && caches.listed;
      if (!may) this.forget();
      return may;
    };
    this.task = new LeaderTask('history', mayRun, this.log, () => this.round());
    this.duration = metrics.histogram('ninevolt_history_fold_seconds', 'Duration of a fold of the history, by level', [
      'level',
    ]);
  }

  onApplicationBootstrap(): void {
    const run = guarded('the history', () => unawaited('the history', this.keep()));
    this.timer = setInterval(run, Math.max(100, this.lengths.minute));
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Does what is due. */
  async keep(): Promise<void> {
    await this.task.run();
  }

  private forget(): void {
    this.quietRounds = QUIET_ROUNDS;
    this.lookedAtAll = false;
  }

  private async round(): Promise<string | undefined> {
    if (this.quietRounds > 0) {
      this.quietRounds--;
      return undefined;
    }
    const { history } = this.node.stores;
    const minute = await history.indexOf('minute');
    const none: HistoryIndex = { minute, hour: new Map(), day: new Map() };
    const hours = await this.foldAll('hour', none);
    if (hours === undefined) return undefined;
    // Only a folded hour makes something else due.
    if (hours.length === 0 && this.lookedAtAll) return this.said(await this.trim(none), []);
    const days = await this.foldAll('day', await history.index());
    if (days === undefined) return undefined;
    const index = await history.index();
    const trimmed = await this.trim(index);
    await this.removed.purge(index, this.now, this.fence);
    await this.forgetNames();
    this.lookedAtAll = true;
    return this.said(trimmed, [...hours, ...days]);
  }

  private said(removed: number, folded: readonly string[]): string | undefined {
    if (folded.length === 0 && removed === 0) return undefined;
    return `folded ${folded.join(', ') || 'nothing'}; removed ${removed} old keys`;
  }

  /** Folds what is due of a level. Answers what that was; undefined if this process leads no longer. */
  private async foldAll(level: FoldedLevel, index: HistoryIndex): Promise<string[] | undefined> {
    const done: string[] = [];
    for (const step of foldsDue(level, { ...(await this.known()), index })) {
      if (!(await this.fold(step))) return undefined;
      if (level === 'hour') await this.strip(step);
      done.push(`${level} ${step.n}`);
    }
    return done;
  }

  /** False if this process leads no longer. */
  private async fold({ level, n, sources, revision, adds }: FoldStep): Promise<boolean> {
    const startedAt = performance.now();
    const { history, historyFold } = this.node.stores;
    const before = (await history.indexOf(level)).get(n) ?? [];
    const rareHoldMs = level === 'hour' ? (1.5 * this.kept.minute) / RECENT_RESULTS : undefined;
    const { tallies, results } = await foldPeriod(history, adds ? [...before, ...sources] : sources, rareHoldMs);
    if (results.size > 0 && !(await this.keepResults(results))) return false;
    const folded = new Map(await historyFold.folded(level));
    folded.set(n, { revision, ...(adds ? { trimmed: true } : {}) });
    const bytes = await historyFold.replace({ level, n }, tallies, before, this.fence, folded);
    this.duration.observe({ level }, (performance.now() - startedAt) / 1_000);
    return bytes !== undefined;
  }

  /**
   * Removes the results of the minutes of a folded hour. That gives them new revisions, so the fold is noted with these, unless a minute
   * came meanwhile: then the hour is folded again.
   */
  private async strip({ level, n, sources, revision }: FoldStep): Promise<void> {
    const { history, historyFold } = this.node.stores;
    const revisions = await historyFold.strip(sources, this.fence);
    if (!revisions) return;
    const ours = new Set(sources.map(({ key }) => key));
    const minute = await history.indexOf('minute');
    const minutes = sourcesOf(level, { minute, hour: new Map(), day: new Map() }, this.lengths);
    const isLate = ({ key, modRevision }: TallyKey): boolean =>
      modRevision > revision && !(ours.has(key) && revisions.has(modRevision));
    if (minutes.get(n)?.some(isLate)) return;
    const folded = new Map(await historyFold.folded(level));
    folded.set(n, { ...folded.get(n), revision: Math.max(...revisions) });
    await historyFold.noteFolded(level, folded, this.fence);
  }

  private async keepResults(results: Parameters<typeof mergeResults>[1]): Promise<boolean> {
    const { historyFold } = this.node.stores;
    const { now } = this;
    const { catalog } = this.caches;
    const merged = mergeResults(
      await historyFold.recent(),
      results,
      (name, newest) => catalog.has(name) || now - newest.at < this.removed.keptMs,
      RECENT_RESULTS,
    );
    return (await historyFold.replaceRecent(merged, Math.floor(now), this.fence)) !== undefined;
  }

  /** Removes what is folded and kept no longer. Answers how many keys. */
  private async trim(all: HistoryIndex): Promise<number> {
    const { historyFold } = this.node.stores;
    const index = this.archive.removable(all, this.now);
    const known = { ...(await this.known()), index, kept: this.kept };
    let removed = 0;
    for (const level of FOLDED_LEVELS) {
      const due = trimsDue(level, known);
      const folded = new Map(known.folded[level]);
      for (const n of due.keys()) folded.set(n, { ...(folded.get(n) as Fold), trimmed: true });
      for (const n of folded.keys()) if (this.isPast(level, n)) folded.delete(n);
      if (due.size > 0 && !(await historyFold.noteFolded(level, folded, this.fence))) return removed;
      for (const keys of due.values()) removed += await historyFold.remove(keys, this.fence);
    }
    return removed + (await historyFold.remove(expiredDays(index, this.now, this.lengths, this.kept), this.fence));
  }

  /** Whether nothing can come any more that belongs to a fold. */
  private isPast(level: FoldedLevel, n: number): boolean {
    const after = level === 'hour' ? this.kept.hour + this.lengths.day : this.kept.day;
    return (n + 1) * this.lengths[level] + after <= this.now;
  }

  /** Removes lists of names that nothing has referred to since the last time. */
  private async forgetNames(): Promise<void> {
    const { history, historyFold } = this.node.stores;
    const lists = await historyFold.nameLists();
    const { minute, hour, day } = await history.index();
    const used = new Set(await historyFold.recentDigests());
    for (const periods of [minute, hour, day]) {
      for (const keys of periods.values()) for (const { digest } of keys) used.add(digest);
    }
    const unused = new Map([...lists].filter(([digest]) => !used.has(digest)));
    const still = new Map([...unused].filter(([digest, revision]) => this.unused.get(digest) === revision));
    await historyFold.removeNames(still, this.fence);
    this.unused = unused;
  }

  private async known(): Promise<{ folded: Folded; now: number; lengths: HistoryPeriods }> {
    const { historyFold } = this.node.stores;
    const [hour, day] = await Promise.all([historyFold.folded('hour'), historyFold.folded('day')]);
    return { folded: { hour, day }, now: this.now, lengths: this.lengths };
  }

  private get kept(): Retention {
    return retentionOf(this.caches.catalog.size, this.lengths);
  }

  private get lengths(): HistoryPeriods {
    return this.node.stores.history.periods;
  }

  private get fence(): Compare[] {
    return this.leadership.epochFence;
  }

  /** In the time of the cluster. */
  private get now(): number {
    return this.caches.view.now;
  }
}
