/**
 * After an outage of etcd, members whose lease ended meanwhile may be alive and about to return: for a while no member counts as
 * dead. The clock is monotonic.
 */
export class OutageGrace {
  private lostAt: number | undefined;
  private endsAt = Number.NEGATIVE_INFINITY;

  constructor(
    /** The present time to live of a member's lease. */
    private readonly ttlMs: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  lost(): void {
    this.lostAt ??= this.now();
  }

  /** Answers how long the grace lasts, in milliseconds; 0 if the interruption was too short for a lease to end. */
  back(): number {
    const lastedMs = this.lostAt === undefined ? 0 : this.now() - this.lostAt;
    this.lostAt = undefined;
    const ttlMs = this.ttlMs();
    if (lastedMs <= (ttlMs * 2) / 3) return 0;
    const graceMs = ttlMs + 5_000;
    this.endsAt = this.now() + graceMs;
    return graceMs;
  }

  get active(): boolean {
    return this.lostAt !== undefined || this.now() < this.endsAt;
  }
}
