import { Clock } from '../time/clock.js';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private readonly timers: { at: number; order: number; callback: () => void }[] = [];
  private order = 0;
  /** How often a timer fired. */
  fired = 0;

  constructor(private time = 1_800_000_000_000) {
    super();
  }

  now(): number {
    return this.time;
  }

  schedule(callback: () => void, inMs: number): () => void {
    // As setTimeout does: whole milliseconds, at least one, never early.
    const timer = { at: this.time + Math.max(1, Math.trunc(inMs)), order: ++this.order, callback };
    this.timers.push(timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  /** Time passes without a timer firing: the process is busy. */
  stall(ms: number): void {
    this.time += ms;
  }

  /** Fires every timer due within `ms`, in order; promises settle in between. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      this.timers.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.timers[0];
      if (!next || next.at > until) break;
      this.timers.shift();
      this.time = Math.max(this.time, next.at);
      this.fired++;
      next.callback();
      // Everything that a check awaits resolves without timers.
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
    this.time = Math.max(this.time, until);
  }

  /** A promise that resolves at a time of this clock. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.schedule(resolve, ms));
  }
}
