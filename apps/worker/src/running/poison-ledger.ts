import { Injectable } from '@nestjs/common';
import { isPoisonous, type PoisonRecord, poisonReason, withDeath } from '@9volt/contracts';
import { ClusterNode, joined } from '@9volt/etcd-dal';
import { Clock } from '../time/clock.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { fenceOf } from '../owned/owned-monitors.js';
import { FencedWrites } from '../ledger/fenced-writes.js';

const MAX_ATTEMPTS = 3;

/** The recorded deaths of our monitors. Each write has the fences of a state; throws `EtcdError` when etcd cannot be asked. */
@Injectable()
export class PoisonLedger {
  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly writes: FencedWrites,
  ) {}

  /** The monitor has completed a check. Answers whether no death is recorded any more. */
  async clearDeaths(monitor: OwnedMonitor): Promise<boolean> {
    return (await this.rewrite(monitor, () => undefined)) !== 'refused';
  }

  /** The monitor has killed the process that was made for it. Answers why it is quarantined now, if it is. */
  async recordDeath(monitor: OwnedMonitor, revision: number, how: string): Promise<string | undefined> {
    const at = new Date(this.clock.now()).toISOString();
    const death = { worker: this.node.memberId, of: 'child', at, how } as const;
    const record = await this.rewrite(monitor, (before) => withDeath(before, revision, death));
    return record !== 'refused' && isPoisonous(record, revision) ? poisonReason(record) : undefined;
  }

  private async rewrite(
    monitor: OwnedMonitor,
    next: (before: PoisonRecord | undefined) => PoisonRecord | undefined,
  ): Promise<PoisonRecord | undefined | 'refused'> {
    const { suspect } = this.node.stores;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !monitor.gone; attempt++) {
      const before = await suspect.readPoison(monitor.name);
      const record = next(before.record);
      if (before.modRevision === 0 && !record) return undefined;
      const write = joined({ compare: [fenceOf(monitor)], then: [] }, suspect.recording(monitor.name, before, record));
      const { outcome } = await this.writes.write(write);
      if (outcome === 'accepted') return record;
    }
    return 'refused';
  }
}
