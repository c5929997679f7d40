/** Precision of the ages. */
const EVERY_MS = 5 * 60_000;

/**
 * The revisions of etcd that this process saw, by its own clock. So it knows the age of a key without the clock of the key's
 * writer. Times are of one monotonic clock.
 */
export class SeenRevisions {
  private entries: { at: number; revision: number }[] = [];

  constructor(private readonly keepMs: number) {}

  note(at: number, revision: number): void {
    const last = this.entries.at(-1);
    // etcd went back: earlier records are useless.
    if (last && revision < last.revision) this.entries = [];
    else if (last && at < last.at + EVERY_MS) return;
    this.entries.push({ at, revision });
    const old = this.entries.findLastIndex((entry) => entry.at <= at - this.keepMs);
    if (old > 0) this.entries = this.entries.slice(old);
  }

  /**
   * Whether a key written at `revision` is older than `ageMs`. Undefined for a revision from before this process looked, until it
   * has looked for that long: only the writer's clock can tell.
   */
  isOlder(revision: number, ageMs: number, now: number): boolean | undefined {
    const seen = this.entries.findLast(({ at }) => at <= now - ageMs);
    if (seen && revision <= seen.revision) return true;
    const [first] = this.entries;
    return first && revision > first.revision ? false : undefined;
  }
}
