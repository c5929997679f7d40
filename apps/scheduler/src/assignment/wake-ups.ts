/** The longest a timer of Node can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls at the instants at which something changes by itself, such as the end of a `disable-until`. One timer for all of them. */
export class WakeUps {
  private readonly instants = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(private readonly wake: (name: string) => void) {}

  /** Replaces what was set for this name. Milliseconds since the epoch; undefined for never. */
  set(name: string, at: number | undefined): void {
    if (at === undefined) this.instants.delete(name);
    else this.instants.set(name, at);
    if (at !== undefined && at < this.timerAt) this.schedule(at);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.instants.clear();
  }

  private schedule(at: number): void {
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => this.fire(), Math.min(LONGEST_MS, Math.max(0, at - Date.now())));
    this.timer.unref();
  }

  private fire(): void {
    this.timerAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const [name, at] of this.instants) {
      if (at <= Date.now()) {
        this.instants.delete(name);
        this.wake(name);
      } else next = Math.min(next, at);
    }
    if (next < Number.POSITIVE_INFINITY) this.schedule(next);
  }
}
