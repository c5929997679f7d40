import { guarded } from '@9volt/contracts';

/**
 * Lets requests begin one after the other, with whatever else is to be done in between, and callers in turn: however many requests one address sends at
 * once, another one waits for one of them at most.
 */
export class FairTurns {
  private readonly waiting = new Map<string, (() => void)[]>();
  private isTaken = false;

  /** Resolves when a request of this address may begin. */
  take(address: string): Promise<void> {
    if (!this.isTaken) {
      this.isTaken = true;
      setImmediate(guarded('the turns of requests', () => this.next()));
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const queue = this.waiting.get(address);
      if (queue) queue.push(resolve);
      else this.waiting.set(address, [resolve]);
    });
  }

  private next(): void {
    const [first] = this.waiting;
    if (!first) {
      this.isTaken = false;
      return;
    }
    const [address, queue] = first;
    const begin = queue.shift();
    // Behind all others.
    this.waiting.delete(address);
    if (queue.length > 0) this.waiting.set(address, queue);
    setImmediate(guarded('the turns of requests', () => this.next()));
    begin?.();
  }
}
