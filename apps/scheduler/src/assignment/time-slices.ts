import { setImmediate } from 'node:timers/promises';

/** Lets long work yield the event loop every few milliseconds: above all to the keepalive, and to checks of the same process. */
export class TimeSlices {
  private since = performance.now();

  constructor(private readonly sliceMs = 8) {}

  /** Resolves at once while the present slice lasts. */
  async yieldToOthers(): Promise<void> {
    if (performance.now() - this.since < this.sliceMs) return;
    await setImmediate();
    this.since = performance.now();
  }

  /** Runs a generator to its end, a slice at a time. */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await this.yieldToOthers();
    }
  }
}
