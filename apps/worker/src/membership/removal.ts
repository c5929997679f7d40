import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode, unchanged } from '@9volt/etcd-dal';
import { Handbacks } from '../ledger/handbacks.js';
import { Spools } from '../ledger/spools.js';
import { CheckRunner } from '../execution/check-runner.js';
import { StateWriter } from '../ledger/state-writer.js';
import { VitalsBuffer } from '../measure/vitals-buffer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { TakeOver } from './take-over.js';

/** Ends the work on a monitor: what is owed is delivered before its assignment goes. */
@Injectable()
export class Removal {
  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(CheckRunner) private readonly runner: CheckRunner,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(TakeOver) private readonly takeOver: TakeOver,
    @Inject(VitalsBuffer) private readonly vitals: VitalsBuffer,
    @Inject(Handbacks) private readonly handbacks: Handbacks,
    @Inject(Spools) private readonly spools: Spools,
  ) {}

  /** Phase `remove`. Answers whether all is done; otherwise to be called again when less is owed. */
  async remove(monitor: OwnedMonitor): Promise<boolean> {
    await this.silence(monitor);
    await this.takeOver.load(monitor);
    const reason = monitor.assignment.reason ?? 'removed';
    if ((await this.writer.remove(monitor, reason)) === undefined) return monitor.gone;
    monitor.current = undefined;
    return this.deleteWhenDelivered(monitor);
  }

  /** Phase `deliver`: nothing changes but what is owed. Answers whether all is done. */
  async deliver(monitor: OwnedMonitor): Promise<boolean> {
    await this.silence(monitor);
    if (!(await this.mergeHanded(monitor))) return monitor.gone;
    return this.deleteWhenDelivered(monitor);
  }

  /** What was told without being stored changes what is owed. Answers whether it is stored. */
  private async mergeHanded(monitor: OwnedMonitor): Promise<boolean> {
    if (!this.handbacks.has(monitor.name) && !this.spools.of(monitor)) return true;
    await this.takeOver.load(monitor);
    monitor.current = undefined;
    if (monitor.stored?.state) return this.writer.flush(monitor);
    return (await this.writer.remove(monitor, 'removed')) !== undefined;
  }

  /** A result that is under way tells nothing any more that somebody waits for. */
  private async silence(monitor: OwnedMonitor): Promise<void> {
    this.runner.unschedule(monitor);
    monitor.run?.abort.abort();
    await monitor.run?.ended;
    this.vitals.forget(monitor.name);
  }

  private async deleteWhenDelivered({ name, key, modRevision }: OwnedMonitor): Promise<boolean> {
    const { client, keys } = this.node;
    // Asked of etcd: our views may not have what was written a moment ago.
    for (const prefix of [keys.outboxOf(name), keys.handbacksOf(name)]) {
      if ((await client.list(prefix, { keysOnly: true })).entries.length > 0) return false;
    }
    const { outcome } = await this.writer.commitFenced({
      compare: [unchanged(key, modRevision)],
      then: [{ delete: key }],
    });
    return outcome === 'accepted';
  }
}
