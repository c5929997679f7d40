import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { messageOf } from '@9volt/contracts';
import { ClusterNode, MAX_TXN_OPS } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { EtcdLedger } from '../ledger/etcd-ledger.js';
import { Evaluations } from '../ledger/evaluations.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const VERIFY_EVERY_MS = 60_000;

/**
 * Compares the states of our monitors in etcd with those that we wrote. Nobody else writes there, but a person may: the deletion or
 * change of a state by hand would be noticed only when the state changes, and the state of a healthy monitor does not.
 */
@Injectable()
export class StoredStates {
  private readonly log: Logger;
  private isVerifying = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly evaluations: Evaluations,
    private readonly ledger: EtcdLedger,
    private readonly writer: StateWriter,
    logger: AppLogger,
  ) {
    this.log = logger.child('state');
  }

  @Interval(VERIFY_EVERY_MS)
  async verify(): Promise<void> {
    if (this.isVerifying) return;
    this.isVerifying = true;
    try {
      const monitors = [...this.monitors.all()];
      let replaced = 0;
      while (monitors.length > 0) replaced += await this.verifySome(monitors.splice(0, MAX_TXN_OPS));
      if (replaced > 0) this.log.warn('somebody else changed states of our monitors; writing them again', { replaced });
    } catch (error) {
      this.log.debug(`could not compare the states with etcd; will retry: ${messageOf(error)}`);
    } finally {
      this.isVerifying = false;
    }
  }

  private async verifySome(monitors: readonly OwnedMonitor[]): Promise<number> {
    const settled = monitors.filter((monitor) => monitor.isChecked && this.isSettled(monitor));
    if (settled.length === 0) return 0;
    const known = settled.map((monitor) => this.evaluations.storedOf(monitor));
    const found = await this.node.stores.state.readAll(settled.map(({ name }) => name));
    let replaced = 0;
    for (const [index, monitor] of settled.entries()) {
      const [stored, now] = [known[index], found[index]];
      // This worker wrote it itself meanwhile.
      if (monitor.gone || !this.isSettled(monitor) || this.evaluations.storedOf(monitor) !== stored) continue;
      if (!stored || !now || stored.modRevision === now.modRevision) continue;
      this.evaluations.holds(monitor, now);
      this.writer.submit(monitor);
      replaced++;
    }
    return replaced;
  }

  /** Whether the state in etcd is known, and no write is in progress. */
  private isSettled(monitor: OwnedMonitor): boolean {
    return this.evaluations.storedOf(monitor) !== undefined && this.ledger.readiness(monitor) === 'ready';
  }
}
