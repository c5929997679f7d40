import { Injectable } from '@nestjs/common';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { SpoolKeeper } from '../ledger/spool-keeper.js';
import { StateWriter } from '../ledger/state-writer.js';
import { DeliveryService } from '../notification/delivery.service.js';
import { SuspectNotes } from '../running/suspect-notes.js';
import { LastRunNotes } from './last-run-notes.js';

/** How long a stop waits for checks in progress. All of it, including the last sends, ends within 30 s. */
const PATIENCE_MS = 17_000;
/** Then it waits for etcd to accept their results and times. */
const FLUSH_MS = 3_000;
/** Then for the sends that follow; the next owners send what it has not begun by then. */
const SEND_MS = 2_000;

/**
 * How a worker leaves that applies no more assignments: its checks end, it stores their results and sends the notifications, and
 * records the last checks for the next owners.
 */
@Injectable()
export class Departure {
  private readonly log: Logger;

  constructor(
    private readonly runner: CheckRunner,
    private readonly writer: StateWriter,
    private readonly lastRunNotes: LastRunNotes,
    private readonly suspects: SuspectNotes,
    private readonly deliveries: DeliveryService,
    private readonly keeper: SpoolKeeper,
    logger: AppLogger,
  ) {
    this.log = logger.child('worker');
  }

  async endRuns(): Promise<void> {
    await this.runner.stop(PATIENCE_MS);
    const flushed = this.writer.flushAll();
    const told = Promise.all([flushed.then(() => this.lastRunNotes.write()), this.suspects.stop()]);
    await Promise.race([told, new Promise((resolve) => setTimeout(resolve, FLUSH_MS).unref())]);
    await this.deliveries.finish(this.writer.owedAt, SEND_MS);
    this.log.info('stopped: all checks have ended and all states are stored');
  }

  /** Until now notifications were sent as usual. Keep for the next start what etcd does not have of that. */
  async endSends(): Promise<void> {
    await this.deliveries.stop();
    await this.keeper.keep();
  }
}
