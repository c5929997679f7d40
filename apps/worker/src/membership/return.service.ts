import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { Detachment } from '../ledger/detachment.js';
import { Handbacks } from '../ledger/handbacks.js';
import type { Spool } from '../ledger/spool.js';
import { Spools } from '../ledger/spools.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const RETRY_MS = 250;

/**
 * Goes on from memory when this worker is detached, and brings what it told to etcd once it is back: into the state of a monitor that still
 * is ours, or as a handback to its owner. No send is under way then, so that what is told is final.
 */
@Injectable()
export class ReturnService implements OnApplicationBootstrap {
  private readonly log: Logger;
  private timer: NodeJS.Timeout | undefined;
  private running = false;

  constructor(
    private readonly detachment: Detachment,
    private readonly spools: Spools,
    private readonly handbacks: Handbacks,
    private readonly monitors: OwnedMonitors,
    private readonly runner: CheckRunner,
    private readonly writer: StateWriter,
    logger: AppLogger,
  ) {
    this.log = logger.child('detachment');
  }

  onApplicationBootstrap(): void {
    this.detachment.onChange((active) => (active ? this.goOn() : this.goBack()));
    this.handbacks.onHanded((name) => {
      const monitor = this.monitors.get(name);
      if (monitor) this.writer.submit(monitor);
    });
  }

  private goOn(): void {
    for (const monitor of this.monitors.all()) this.writer.submit(monitor);
  }

  private goBack(): void {
    this.runner.resume();
    this.writer.resume();
    void this.settleAll();
  }

  private async settleAll(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      await Promise.all(this.spools.all().map(([monitor, spool]) => this.settle(monitor, spool)));
    } finally {
      this.running = false;
    }
    const left = this.spools.all().length;
    if (left > 0 && !this.detachment.active) this.timer = setTimeout(() => void this.settleAll(), RETRY_MS).unref();
  }

  /** Never rejects; what was not settled is tried again. */
  private async settle(monitor: OwnedMonitor, spool: Spool): Promise<void> {
    if (this.detachment.active || this.spools.isSettling(monitor)) return;
    try {
      if (!monitor.gone && !monitor.isChecked) return; // That is settled with the end of the monitor.
      if (!monitor.gone) await this.writer.flush(monitor);
      if (monitor.gone) await this.handbacks.handBack(monitor, spool);
    } catch (error) {
      this.log.warn('could not hand back the notifications sent without etcd; will retry', {
        monitor: monitor.name,
        error: messageOf(error),
      });
    }
  }
}
