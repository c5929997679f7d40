/** Knows how long workers have been gone. The caller passes the clock. */
export class AbsentWorkers {
  private readonly since = new Map<string, number>();

  /** Records which workers are gone at `now`, and answers those that have been gone for at least `forMs`. */
  note(gone: Iterable<string>, now: number, forMs: number): string[] {
    const present = new Set(gone);
    for (const id of this.since.keys()) if (!present.has(id)) this.since.delete(id);
    for (const id of present) if (!this.since.has(id)) this.since.set(id, now);
    return [...this.since].filter(([, since]) => now - since >= forMs).map(([id]) => id);
  }
}
