import { guarded, unawaited } from '@9volt/contracts';
/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface WorkQueueOptions<K> {
  /** A key whose handler failed is handled again after this. */
  retryMs: number;
  /** Called for each failure. Its own exceptions are ignored. */
  onError: (key: K, error: unknown) => void;
}

interface Call<K> {
  key: K;
  /** The key was added meanwhile. */
  again: boolean;
}

/**
 * Calls a handler for keys that may need work: one key never twice at once, however often it is added, while different keys do not
 * wait for one another. It is level-triggered: the handler looks at the present situation, so each call replaces the times for
 * which the key was added before. After an exception of the handler the queue reports it and handles the key again.
 */
export class WorkQueue<K> {
  /** Calls that have not returned yet: one, and those that it adds. Most handlers have nothing to wait for. */
  private readonly entered: Call<K>[] = [];
  /** Calls whose promise is pending. */
  private readonly running = new Map<K, Call<K>>();
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
    else {
      const call = this.callOf(key);
      if (call) call.again = true;
      else this.start(key);
    }
  }

  /** Removes a key from the queue. A present call continues. */
  forget(key: K): void {
    clearTimeout(this.timers.get(key)?.timer);
    this.timers.delete(key);
    const call = this.callOf(key);
    if (call) call.again = false;
  }

  /** Resolves when no key is being handled. */
  async done(): Promise<void> {
    if (this.isBusy) await new Promise<void>((resolve) => this.idle.push(resolve));
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

  private get isBusy(): boolean {
    return this.entered.length > 0 || this.running.size > 0;
  }

  private callOf(key: K): Call<K> | undefined {
    return this.running.get(key) ?? this.entered.find((call) => call.key === key);
  }

  private start(key: K): void {
    this.forget(key);
    const call = { key, again: false };
    this.entered.push(call);
    let outcome: Promise<void> | void;
    try {
      outcome = this.handle(key);
    } catch (error) {
      this.fail(call, error);
      return;
    }
    if (outcome === undefined) {
      this.finish(call);
      return;
    }
    this.entered.pop();
    this.running.set(key, call);
    const ended = outcome.then(
      () => this.finish(call),
      (error: unknown) => this.fail(call, error),
    );
    unawaited('a queue', ended);
  }

  private fail(call: Call<K>, error: unknown): void {
    try {
      this.options.onError(call.key, error);
    } catch {
      // A listener must not end the queue.
    }
    this.add(call.key, this.options.retryMs);
    this.finish(call);
  }

  private finish({ key, again }: Call<K>): void {
    if (!this.running.delete(key)) this.entered.pop();
    if (again) this.add(key);
    if (this.isBusy) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
