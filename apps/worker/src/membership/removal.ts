import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode, unchanged } from '@9volt/etcd-dal';
import { CheckRunner } from '../execution/check-runner.js';
import { StateWriter } from '../state/state-writer.js';
import { VitalsBuffer } from '../vitals/vitals-buffer.js';
import type { OwnedMonitor } from './owned-monitor.js';
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
    return this.deleteWhenDelivered(monitor);
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
    // Asked of etcd: a view of the outbox may not have what was written a moment ago.
    const { entries } = await client.list(keys.outboxOf(name), { keysOnly: true });
    if (entries.length > 0) return false;
    const { outcome } = await this.writer.commitFenced({
      compare: [unchanged(key, modRevision)],
      then: [{ delete: key }],
    });
    return outcome === 'accepted';
  }
}
