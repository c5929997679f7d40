import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterNode } from '@9volt/etcd-dal';
import type { Logger } from '@9volt/platform';
import type { SchedulerCaches } from '../caches/scheduler-caches.js';
import type { LeadershipService } from '../leadership/leadership.service.js';
import type { DeathSettlement } from '../poison/death-settlement.js';
import { type Write, type Written, writeAssignments } from './write-assignments.js';

const BARRIER_MS = 5_000;
/** After this many consecutive refusals the cache itself is suspect. */
const SUSPICIOUS_REFUSALS = 5;
const SUSPICIOUS_PAUSE_MS = 1_000;

/** The leader's writes: each with a valid fence, and with caches that contain all earlier writes. */
export class LeaderWrites {
  private mustRenew = true;
  /** The highest revision that was written here. */
  private revision = 0;
  private refusedInARow = 0;

  constructor(
    private readonly node: ClusterNode,
    private readonly caches: SchedulerCaches,
    private readonly leadership: LeadershipService,
    private readonly deaths: DeathSettlement,
    private readonly log: Logger,
  ) {}

  /** Makes sure that this process knows the latest revision before it writes. Answers whether it still leads. */
  async prepare(elected: boolean): Promise<boolean> {
    if ((elected || this.mustRenew) && !(await this.renew())) return false;
    if (!(await this.caches.view.reached(this.revision, BARRIER_MS)))
      throw new Error('the watch of the cluster is behind');
    return true;
  }

  /** Answers false if etcd refused it, and everything must be looked at again. */
  async settleDeaths(): Promise<boolean> {
    try {
      const { refused, revision } = await this.deaths.settle(this.leadership.fence, () => this.leadership.isLeader());
      this.revision = Math.max(this.revision, revision);
      if (!refused) return true;
      await this.settleRefused(1, undefined);
    } catch (error) {
      this.mustRenew = true;
      throw error;
    }
    return false;
  }

  /** Answers what etcd accepted. Throws if etcd could not be asked. */
  async write(writes: readonly Write[]): Promise<Written> {
    const written = await writeAssignments(this.node.stores, writes, {
      fence: this.leadership.isLeader() ? this.leadership.fence : [],
      mayWrite: () => this.leadership.isLeader(),
      alone: this.refusedInARow >= SUSPICIOUS_REFUSALS,
    });
    this.revision = Math.max(this.revision, written.revision);
    if (written.refused.length === 0) this.refusedInARow = 0;
    return written;
  }

  /** A write that may not have happened must not happen later either: the fence is renewed before the next write. */
  async settleRefused(refusals: number, error: unknown): Promise<void> {
    this.mustRenew = true;
    if (error !== undefined) throw error;
    if (!(await this.renew())) {
      this.leadership.rejected(refusals);
      this.log.warn(`${refusals} transactions were rejected: this process is no longer leader`);
      return;
    }
    this.refusedInARow++;
    if (this.refusedInARow % SUSPICIOUS_REFUSALS === 0) {
      const differing = await this.caches.verify();
      this.log.warn(
        `etcd rejected the writes ${this.refusedInARow} times in a row; ${differing.length} cached keys differed from etcd`,
      );
      // To ask again at once would only keep etcd busy.
      await sleep(SUSPICIOUS_PAUSE_MS);
    }
  }

  private async renew(): Promise<boolean> {
    const revision = await this.leadership.renewFence();
    if (revision === undefined) return false;
    this.revision = Math.max(this.revision, revision);
    this.mustRenew = false;
    return true;
  }
}
