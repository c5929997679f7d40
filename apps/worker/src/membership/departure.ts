import { Injectable } from '@nestjs/common';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { SpoolKeeper } from '../ledger/spool-keeper.js';
import { StateWriter } from '../ledger/state-writer.js';
import { DeliveryService } from '../notification/delivery.service.js';
import { SuspectNotes } from '../running/suspect-notes.js';
import { LastRunNotes } from './last-run-notes.js';

/** The longest a stop waits for runs in flight. All of it, the last sends included, ends within 30 s. */
const PATIENCE_MS = 17_000;
/** Then for etcd to take what they led to, and when they were. */
const FLUSH_MS = 3_000;
/** Then for that to be sent; what is not begun by then is left to the heirs. */
const SEND_MS = 2_000;

/** How a worker leaves that takes up no more assignments: its runs end, what they led to is stored and sent, and its heirs are told. */
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

  /** Up to now notifications were sent as ever. What etcd does not have of it is kept for the next start. */
  async endSends(): Promise<void> {
    await this.deliveries.stop();
    await this.keeper.keep();
  }
}
