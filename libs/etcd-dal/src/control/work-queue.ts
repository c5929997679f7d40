import { guarded, unawaited } from '@9volt/contracts';
/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface WorkQueueOptions<K> {
  /** A key whose handler failed is handled again after this. */
  retryMs: number;
  /** Called for each failure. Its own exceptions are ignored. */
  onError: (key: K, error: unknown) => void;
}

/**
 * Calls a handler for keys that may need work: one key never twice at once, however often it is added, while different keys do not
 * wait for one another. It is level-triggered: the handler looks at the present situation, so each call replaces the times for
 * which the key was added before. After an exception of the handler the queue reports it and handles the key again.
 */
export class WorkQueue<K> {
  /** Keys in progress; true if they were added meanwhile. */
  private readonly running = new Map<K, boolean>();
  private readonly timers = new Map<K, { dueAt: number; timer: NodeJS.Timeout }>();
  private idle: (() => void)[] = [];
  private stopped = false;

  constructor(
    private readonly handle: (key: K) => Promise<void> | void,
    private readonly options: WorkQueueOptions<K>,
  ) {}

  /**
   * Handles a key after a time, or earlier if it was added for earlier. Without a time: now, or as soon as the present call has
   * ended.
   */
  add(key: K, afterMs = 0): void {
    if (this.stopped) return;
    if (afterMs > 0) this.schedule(key, performance.now() + afterMs);
    else if (this.running.has(key)) this.running.set(key, true);
    else this.start(key);
  }

  /** Removes a key from the queue. A present call continues. */
  forget(key: K): void {
    clearTimeout(this.timers.get(key)?.timer);
    this.timers.delete(key);
    if (this.running.has(key)) this.running.set(key, false);
  }

  /** Resolves when no key is being handled. */
  async done(): Promise<void> {
    if (this.running.size > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Handles nothing more; see {@link done} for present calls. */
  stop(): void {
    this.stopped = true;
    for (const { timer } of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private schedule(key: K, dueAt: number): void {
    const planned = this.timers.get(key);
    if (planned && planned.dueAt <= dueAt) return;
    clearTimeout(planned?.timer);
    const inMs = Math.min(MAX_TIMER_MS, Math.max(0, dueAt - performance.now()));
    const due = guarded('a queue', () => {
      this.timers.delete(key);
      this.add(key, dueAt - performance.now());
    });
    const timer = setTimeout(due, inMs).unref();
    this.timers.set(key, { dueAt, timer });
  }

  private start(key: K): void {
    this.forget(key);
    this.running.set(key, false);
    try {
      const outcome = this.handle(key);
      if (outcome === undefined) this.finish(key);
      else {
        const ended = outcome.then(
          () => this.finish(key),
          (error: unknown) => this.fail(key, error),
        );
        unawaited('a queue', ended);
      }
    } catch (error) {
      this.fail(key, error);
    }
  }

  private fail(key: K, error: unknown): void {
    try {
      this.options.onError(key, error);
    } catch {
      // A listener must not end the queue.
    }
    this.add(key, this.options.retryMs);
    this.finish(key);
  }

  private finish(key: K): void {
    const again = this.running.get(key) === true;
    this.running.delete(key);
    if (again) this.add(key);
    if (this.running.size > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
