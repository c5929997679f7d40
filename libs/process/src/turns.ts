import { guarded, unawaited } from '@9volt/contracts';

/** After so long the event loop gets its turn: a lease has to be renewed, and answers of etcd and of targets wait. */
const SLICE_MS = 8;

/**
 * Runs callbacks in the order in which they came, as many in a turn of the event loop as fit into a few milliseconds, with what follows from each in
 * microtasks. For what many wait for: if all went on at once, nothing else would run until the last of them is done.
 */
export class Turns {
  private waiting: (() => void)[] = [];
  private next = 0;
  private planned = false;

  /** `callback` must not throw. */
  add(callback: () => void): void {
    this.waiting.push(callback);
    if (!this.planned) this.plan();
  }

  private plan(): void {
    this.planned = true;
    setImmediate(guarded('a turn', () => unawaited('a turn', this.run())));
  }

  private async run(): Promise<void> {
    const endsAt = performance.now() + SLICE_MS;
    while (this.next < this.waiting.length && performance.now() < endsAt) {
      this.waiting[this.next++]?.();
      // What follows from it counts, too.
      await Promise.resolve();
    }
    if (this.next < this.waiting.length) {
      this.plan();
      return;
    }
    this.waiting = [];
    this.next = 0;
    this.planned = false;
  }
}
