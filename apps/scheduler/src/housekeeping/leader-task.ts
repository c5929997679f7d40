import { messageOf } from '@9volt/contracts';
import type { Logger } from '@9volt/platform';

/** Periodic work that one process does for all. Never runs twice at once; a failure is logged and waits for the next time. */
export class LeaderTask {
  private running = false;

  constructor(
    private readonly what: string,
    private readonly mayRun: () => boolean,
    private readonly log: Logger,
    /** Answers what it did, if anything, as half a sentence. */
    private readonly work: () => Promise<string | undefined>,
  ) {}

  async run(): Promise<void> {
    if (this.running || !this.mayRun()) return;
    this.running = true;
    try {
      const done = await this.work();
      if (done !== undefined) this.log.info(`${this.what}: ${done}`);
    } catch (error) {
      this.log.warn(`${this.what}: ${messageOf(error)}; will retry`);
    } finally {
      this.running = false;
    }
  }
}
