import { Injectable } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import { CheckRunner } from '../execution/check-runner.js';
import { FencedWrites } from '../ledger/fenced-writes.js';
import { Handbacks } from '../ledger/handbacks.js';
import { StateWriter } from '../ledger/state-writer.js';
import { OutboxView } from '../outbox/outbox-view.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { TakeOver } from './take-over.js';

/** Ends the work on a monitor: delivers the pending notifications before its assignment goes. */
@Injectable()
export class Removal {
  constructor(
    private readonly node: ClusterNode,
    private readonly runner: CheckRunner,
    private readonly writer: StateWriter,
    private readonly writes: FencedWrites,
    private readonly takeOver: TakeOver,
    private readonly handbacks: Handbacks,
    private readonly outbox: OutboxView,
  ) {}

  /** Called for monitors with fewer, or more, pending notifications than before. Must not throw or block. */
  onProgress(listener: (monitor: string) => void): void {
    this.outbox.onChange(listener);
    this.handbacks.onHanded(listener);
  }

  /** Phase `remove`. Answers whether all is done; otherwise call it again when fewer are pending. */
  async remove(monitor: OwnedMonitor): Promise<boolean> {
    await this.runner.dismiss(monitor);
    await this.takeOver.load(monitor);
    const reason = monitor.assignment.reason ?? 'removed';
    if ((await this.writer.remove(monitor, reason)) === undefined) return monitor.gone;
    return this.deleteWhenDelivered(monitor);
  }

  /** Phase `deliver`: only the pending notifications change. Answers whether all is done. */
  async deliver(monitor: OwnedMonitor): Promise<boolean> {
    await this.runner.dismiss(monitor);
    if (!(await this.mergeHanded(monitor))) return monitor.gone;
    return this.deleteWhenDelivered(monitor);
  }

  /** Handbacks change the pending notifications. Answers whether they are stored. */
  private async mergeHanded(monitor: OwnedMonitor): Promise<boolean> {
    if (!this.handbacks.isPending(monitor)) return true;
    await this.takeOver.load(monitor);
    return this.writer.mergeHanded(monitor);
  }

  private async deleteWhenDelivered({ name, key, modRevision }: OwnedMonitor): Promise<boolean> {
    const { assignment, outbox, handback } = this.node.stores;
    // Asks etcd: our views may not have the latest writes.
    if (!(await outbox.isEmpty(name)) || !(await handback.isEmpty(name))) return false;
    const { outcome } = await this.writes.write(assignment.dropping({ key, modRevision }));
    return outcome === 'accepted';
  }
}
