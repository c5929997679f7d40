import { guarded } from '@9volt/contracts';
export interface ReconcileLoopOptions {
  /** Runs also without a trigger, this long after the last run. */
  everyMs?: number;
  /** A trigger waits this long for others, so that a burst is handled once. */
  windowMs?: number;
  /** After a failed run, the time until the next; doubled with each failure, up to 32 times. */
  retryMs?: number;
  /** Called for each failed run. */
  onError?: (error: unknown) => void;
}

/**
 * Runs one level-triggered function, never twice at once: any number of triggers before or during a run lead to one further run.
 * Retrying belongs here; the function just throws.
 */
export class ReconcileLoop {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  private running: Promise<void> | undefined;
  private again = false;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly reconcile: () => Promise<void>,
    private readonly options: ReconcileLoopOptions = {},
  ) {}

  trigger(): void {
    if (this.running) this.again = true;
    else this.schedule(this.options.windowMs ?? 0);
  }

  /** Runs no more; resolves when a run under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(inMs: number): void {
    if (this.stopped) return;
    const dueAt = performance.now() + inMs;
    if (this.timer && dueAt >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(
      guarded('a loop', () => this.run()),
      inMs,
    );
  }

  private run(): void {
    this.timer = undefined;
    this.dueAt = Number.POSITIVE_INFINITY;
    this.again = false;
    this.running = this.attempt().finally(() => {
      this.running = undefined;
      if (this.failures > 0) this.schedule((this.options.retryMs ?? 100) * 2 ** Math.min(5, this.failures - 1));
      else if (this.again) this.schedule(this.options.windowMs ?? 0);
      else if (this.options.everyMs !== undefined) this.schedule(this.options.everyMs);
    });
  }

  private async attempt(): Promise<void> {
    try {
      await this.reconcile();
      this.failures = 0;
    } catch (error) {
      this.failures++;
      try {
        this.options.onError?.(error);
      } catch {
        // A listener must not end the loop.
      }
    }
  }
}
