import { Injectable } from '@nestjs/common';
import type { Assignment } from '@9volt/contracts';
import { ClusterNode, encode, joined } from '@9volt/etcd-dal';
import { FencedWrites } from '../ledger/fenced-writes.js';
import { LastRuns } from '../measure/last-runs.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { CautiousRuns } from '../running/cautious-runs.js';
import { Clock } from '../time/clock.js';

/** The transaction of a planned hand-over: there is always exactly one owner, and the next owner knows what we know. */
@Injectable()
export class Transfer {
  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly writes: FencedWrites,
    private readonly lastRuns: LastRuns,
    private readonly runs: CautiousRuns,
  ) {}

  get possible(): boolean {
    return this.writes.possible;
  }

  /** Gives a monitor to a worker that is a member. Answers whether it succeeded. */
  async give(monitor: OwnedMonitor, to: string): Promise<boolean> {
    const { key, name, modRevision } = monitor;
    const { assignment } = this.node.stores;
    const given = assignment.giving(to, name, encode(this.given(monitor)));
    const { outcome } = await this.writes.write(joined(assignment.dropping({ key, modRevision }), given));
    return outcome === 'accepted';
  }

  /** The assignment of the next owner. */
  private given(monitor: OwnedMonitor): Assignment {
    const { assignment } = monitor;
    const lastRun = this.lastRuns.handedOver(monitor);
    const next: Assignment = {
      ...assignment,
      phase: 'run',
      assignedAt: new Date(this.clock.now()).toISOString(),
      ...(lastRun.lastRunAt === undefined ? {} : { ...lastRun, lastRunBy: this.node.memberId }),
    };
    delete next.to;
    delete next.reason;
    if (this.runs.isProven(monitor)) delete next.isolate;
    return next;
  }
}
