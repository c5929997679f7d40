/** A healthy target answers at least one of so many checks, however often this worker stands still. */
const TRIES = 20;
const LEAST_MS = 30_000;

/**
 * Consecutive checks that failed while this worker stood still. One is no evidence about the target; so many, over such a time,
 * without a success among them, are: a real failure must be reported even if the worker never comes to rest.
 */
export class Doubts {
  private readonly rows = new WeakMap<object, { since: number; tries: number }>();
  /** Whether there has been one; most workers never have one, and each check ends them. */
  private hasAny = false;

  constructor(private readonly now: () => number) {}

  /** Notes a failure that is in doubt. Answers whether the row is evidence. */
  note(monitor: object): boolean {
    const row = this.rows.get(monitor) ?? { since: this.now(), tries: 0 };
    row.tries++;
    this.rows.set(monitor, row);
    this.hasAny = true;
    return row.tries >= TRIES && this.now() - row.since >= LEAST_MS;
  }

  /** A check was evidence. */
  end(monitor: object): void {
    if (this.hasAny) this.rows.delete(monitor);
  }
}
