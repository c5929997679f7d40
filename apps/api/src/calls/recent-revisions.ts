/** Records in quick succession count as one: thousands may come in a second. */
const EVERY_MS = 100;

/** The revisions of etcd that were seen at least this long ago. Times are of one monotonic clock. */
export class RecentRevisions {
  private notes: { at: number; revision: number }[] = [];

  constructor(private readonly ageMs: number) {}

  note(revision: number, now: number): void {
    const last = this.notes.at(-1);
    if (last && now - last.at < EVERY_MS) {
      last.revision = revision;
      return;
    }
    const newestOld = this.notes.findLastIndex(({ at }) => at <= now - this.ageMs);
    this.notes = [...this.notes.slice(Math.max(0, newestOld)), { at: now, revision }];
  }

  /** Whether a key of this revision was seen by then. */
  isOld(revision: number, now: number): boolean {
    const old = this.notes.findLast(({ at }) => at <= now - this.ageMs);
    return old !== undefined && revision <= old.revision;
  }
}
