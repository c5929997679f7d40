import { messageOf } from '@9volt/contracts';
import { ClusterNode, EtcdError } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics } from '@9volt/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LeadershipService } from '../leadership/leadership.service.js';
import { SchedulerCaches } from '../caches/scheduler-caches.js';
import { LeaderTask } from './leader-task.js';
import { RevisionLog } from './revision-log.js';

const MINUTE_MS = 60_000;
/** Watches that were cut off resume within this time without listing everything again. */
export const HISTORY_MS = 10 * MINUTE_MS;
/** etcd's default limit is 2 GiB. */
const LARGE_BYTES = 1.5 * 2 ** 30;

/** Keeps etcd small and reports when it is not; and makes sure that no cache missed changes. */
@Injectable()
export class EtcdCareService {
  private readonly log: Logger;
  private readonly revisions = new RevisionLog(HISTORY_MS);
  private readonly compaction: LeaderTask;
  private noSpace = false;
  private large = false;
  private compactionDenied = false;
  private readonly dbSize;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    logger: AppLogger,
    health: Health,
    metrics: Metrics,
  ) {
    this.log = logger.child('etcd');
    this.compaction = new LeaderTask(
      'compaction',
      () => leadership.isLeader() && node.config['compact-etcd'] !== false,
      this.log,
      () => this.compact(),
    );
    this.dbSize = metrics.gauge('ninevolt_etcd_db_size_bytes', 'Size of the database of etcd');
    health.readiness('etcd-space', () =>
      this.noSpace ? 'etcd is out of space (NOSPACE) and rejects all writes' : undefined,
    );
  }

  /** Every scheduler remembers revisions, so that a new leader can continue compacting. */
  @Interval(MINUTE_MS)
  async keepShort(now = Date.now()): Promise<void> {
    if (!this.node.isMember) return;
    try {
      this.revisions.note(now, await this.node.client.revision(this.node.keys.config));
    } catch {
      return; // Not to be had at present; the log has a gap, which does no harm.
    }
    await this.compaction.run();
  }

  @Interval(10_000)
  async watchSpace(): Promise<void> {
    if (!this.caches.listed) return;
    try {
      const { dbSize, noSpace } = await this.node.client.status();
      this.dbSize.set(dbSize);
      this.reportSpace(dbSize, noSpace);
    } catch (error) {
      this.log.debug(`could not read the size of etcd: ${messageOf(error)}`);
    }
  }

  /** A second defence against lost events of a watch. */
  @Interval(5 * MINUTE_MS)
  async verify(): Promise<void> {
    if (!this.caches.listed || !this.node.isMember) return;
    const lost = await this.caches.verify().catch(() => []);
    if (lost.length === 0) return;
    this.log.warn(`the watch missed changes of ${lost.length} keys, such as ${lost[0]}; loading them again`);
  }

  private async compact(): Promise<undefined> {
    const revision = this.revisions.old(Date.now());
    if (revision === undefined) return;
    try {
      await this.node.client.compact(revision);
      this.compactionDenied = false;
    } catch (error) {
      if (!(error instanceof EtcdError && error.kind === 'denied')) throw error;
      this.reportDenied();
    }
  }

  /** Newer versions of etcd permit only root to compact, and no node should run as root. */
  private reportDenied(): void {
    if (this.compactionDenied) return;
    this.compactionDenied = true;
    this.node.events.emit(
      'warning',
      'this user of etcd cannot compact its history, which grows until etcd is full. Start etcd with --auto-compaction-mode=periodic ' +
        '--auto-compaction-retention=10m, then turn compact-etcd off (9volt cfg cluster compact-etcd=false)',
    );
  }

  private reportSpace(dbSize: number, noSpace: boolean): void {
    const { events } = this.node;
    if (noSpace && !this.noSpace) {
      const message =
        'etcd is out of space and rejects all writes: compact and defragment it, then disarm its NOSPACE alarm';
      this.log.error(message);
      if (this.leadership.isLeader()) events.emit('error', message, { details: { dbSize } });
    }
    if (!noSpace && this.noSpace) this.log.info('etcd accepts writes again');
    this.noSpace = noSpace;
    const large = dbSize > LARGE_BYTES;
    if (large && !this.large && this.leadership.isLeader()) {
      const mib = Math.round(dbSize / 2 ** 20);
      events.emit('warning', `the database of etcd has ${mib} MiB; defragment it before it reaches its quota`, {
        details: { dbSize },
      });
    }
    this.large = large;
  }
}
