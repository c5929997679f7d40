/** Remembers the revision of etcd at each time, to know which history is old. The caller passes the clock. */
export class RevisionLog {
  private entries: { at: number; revision: number }[] = [];

  constructor(private readonly keepMs: number) {}

  note(at: number, revision: number): void {
    const last = this.entries.at(-1);
    // etcd or the clock went back: earlier records are useless.
    if (last && (revision < last.revision || at < last.at)) this.entries = [];
    this.entries.push({ at, revision });
  }

  /** The newest revision that is at least `keepMs` old; undefined while none is known. Forgets older ones. */
  old(now: number): number | undefined {
    const count = this.entries.findIndex(({ at }) => at > now - this.keepMs);
    const index = (count === -1 ? this.entries.length : count) - 1;
    if (index > 0) this.entries = this.entries.slice(index);
    return index < 0 ? undefined : this.entries[0]?.revision;
  }
}
