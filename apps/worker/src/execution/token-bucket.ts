/** Lets `capacity` acts through at once, and `perSecond` from then on. Starts full. */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    private readonly capacity: number,
    private readonly now: () => number,
  ) {
    this.tokens = capacity;
    this.at = now();
  }

  /** Takes a token, if there is one. */
  take(perSecond: number): boolean {
    this.refill(perSecond);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Milliseconds until there is a token. */
  waitMs(perSecond: number): number {
    this.refill(perSecond);
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1_000) / perSecond);
  }

  private refill(perSecond: number): void {
    const now = this.now();
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
  }
}
