/**
 * Limits concurrent deliveries: a number per alerter, so that a hanging one cannot take the permits of others, and a total number.
 * A caller that got none is called, in the order of asking, when one is free, and asks again.
 */
export class SendPermits {
  private total = 0;
  private readonly used = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly limits: { perAlerter: number; total: number }) {}

  /** Whether a permit was taken. If not, `again` is called once; pass the same function each time. */
  take(alerter: string, again: () => void): boolean {
    if (this.hasFree(alerter)) {
      this.total++;
      this.used.set(alerter, (this.used.get(alerter) ?? 0) + 1);
      return true;
    }
    const queue = this.waiting.get(alerter);
    if (queue) queue.add(again);
    else this.waiting.set(alerter, new Set([again]));
    return false;
  }

  release(alerter: string): void {
    this.total--;
    const left = (this.used.get(alerter) ?? 1) - 1;
    if (left > 0) this.used.set(alerter, left);
    else this.used.delete(alerter);
    for (let next = this.next(); next; next = this.next()) next();
  }

  private hasFree(alerter: string): boolean {
    return this.total < this.limits.total && (this.used.get(alerter) ?? 0) < this.limits.perAlerter;
  }

  /** A called one may not want a permit any more; so it asks the next as long as one is free. */
  private next(): (() => void) | undefined {
    for (const [alerter, queue] of this.waiting) {
      if (!this.hasFree(alerter)) continue;
      const [first] = queue;
      // Behind all others, so that no alerter keeps all permits.
      this.waiting.delete(alerter);
      if (!first) continue;
      queue.delete(first);
      if (queue.size > 0) this.waiting.set(alerter, queue);
      return first;
    }
    return undefined;
  }
}
