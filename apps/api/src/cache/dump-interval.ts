import { type ClusterConfig, DEFAULT_CLUSTER_CONFIG, parseDuration } from '@9volt/contracts';

/** How often workers dump results. After it was shortened, results may come as seldom as before for one of the earlier intervals. */
export class DumpInterval {
  private everyMs = parseDuration(DEFAULT_CLUSTER_CONFIG.StateDumpInterval);
  private isKnown = false;
  private before = { everyMs: 0, until: 0 };
  /** Grows with each change. */
  version = 0;

  set(config: ClusterConfig, now: number): void {
    const everyMs = parseDuration(config.StateDumpInterval ?? DEFAULT_CLUSTER_CONFIG.StateDumpInterval);
    if (this.isKnown && everyMs < this.everyMs) this.before = { everyMs: this.everyMs, until: now + this.everyMs };
    this.everyMs = everyMs;
    this.isKnown = true;
    this.version++;
  }

  /** Until when {@link at} answers the same, unless it is set. */
  holdsUntil(now: number): number {
    return now < this.before.until ? this.before.until : Number.POSITIVE_INFINITY;
  }

  at(now: number): number {
    return now < this.before.until ? this.before.everyMs : this.everyMs;
  }
}
