/** So exactly ages are known. */
const EVERY_MS = 5 * 60_000;

/**
 * Which revisions of etcd this process saw, and when by its own clock. So it knows how old a key is, whatever the clock of the key's writer said.
 * Times are of one monotonic clock.
 */
export class SeenRevisions {
  private entries: { at: number; revision: number }[] = [];

  constructor(private readonly keepMs: number) {}

  note(at: number, revision: number): void {
    const last = this.entries.at(-1);
    // An etcd that went back: what was noted before tells nothing.
    if (last && revision < last.revision) this.entries = [];
    else if (last && at < last.at + EVERY_MS) return;
    this.entries.push({ at, revision });
    const old = this.entries.findLastIndex((entry) => entry.at <= at - this.keepMs);
    if (old > 0) this.entries = this.entries.slice(old);
  }

  /**
   * Whether what was written at `revision` is older than `ageMs`. Undefined for what was written before this process looked, until it has looked
   * for so long: then only the writer's clock can tell.
   */
  isOlder(revision: number, ageMs: number, now: number): boolean | undefined {
    const seen = this.entries.findLast(({ at }) => at <= now - ageMs);
    if (seen && revision <= seen.revision) return true;
    const [first] = this.entries;
    return first && revision > first.revision ? false : undefined;
  }
}
