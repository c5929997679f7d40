import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { WorkQueue } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { Detachment } from '../ledger/detachment.js';
import { Handbacks } from '../ledger/handbacks.js';
import { Spools } from '../ledger/spools.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

const RETRY_MS = 250;

/**
 * Continues from memory when this worker is detached, and brings its notifications to etcd once it is back: into the state of a
 * monitor that it still owns, or as a handback to the owner. No send is in progress then, so the notifications are final.
 */
@Injectable()
export class ReturnService implements OnApplicationBootstrap {
  private readonly log: Logger;
  private readonly queue: WorkQueue<OwnedMonitor>;

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
    this.queue = new WorkQueue((monitor) => this.settle(monitor), {
      retryMs: RETRY_MS,
      onError: ({ name }, error) =>
        this.log.warn('could not hand back the notifications sent without etcd; will retry', {
          monitor: name,
          error: messageOf(error),
        }),
    });
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
    for (const [monitor] of this.spools.all()) this.queue.add(monitor);
  }

  /** Continues until etcd has the content of the spool, or this worker is detached again. */
  private async settle(monitor: OwnedMonitor): Promise<void> {
    const spool = this.spools.of(monitor);
    if (!spool || this.detachment.active) return;
    if (!this.spools.isSettling(monitor)) {
      if (monitor.gone) await this.handbacks.handBack(monitor, spool);
      // A monitor that is not checked is settled together with its end.
      else if (monitor.isChecked) await this.writer.flush(monitor);
    }
    if (this.spools.of(monitor)) this.queue.add(monitor, RETRY_MS);
  }
}
