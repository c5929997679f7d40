/** Permits `capacity` acts at once, and `perSecond` from then on. Starts full. */
export class TokenBucket {
  private tokens: number;
  /** When this many tokens were there; in the future if all until then are taken. */
  private at: number;

  constructor(
    private readonly capacity: number,
    private readonly now: () => number,
  ) {
    this.tokens = capacity;
    this.at = now();
  }

  /**
   * Takes a token that is available within this many milliseconds. Answers the wait; undefined, without taking one, if it would be
   * longer.
   */
  reserve(perSecond: number, withinMs: number): number | undefined {
    const waitMs = this.waitMs(perSecond);
    if (waitMs > withinMs) return undefined;
    if (waitMs > 0) this.at = this.nextAt(perSecond);
    this.tokens = Math.max(0, this.tokens - 1);
    return waitMs;
  }

  /** Milliseconds until a token is available. */
  waitMs(perSecond: number): number {
    this.refill(perSecond);
    return this.tokens >= 1 ? 0 : Math.ceil(this.nextAt(perSecond) - this.now());
  }

  private nextAt(perSecond: number): number {
    return this.at + ((1 - this.tokens) * 1_000) / perSecond;
  }

  private refill(perSecond: number): void {
    const now = this.now();
    if (now <= this.at) return;
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
  }
}
