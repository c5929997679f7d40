/** How much time a row of failures in doubt must cover, in milliseconds. */
const LEAST_MS = 20_000;
/** Bounds of the number of tries that a row must have. */
const LEAST_TRIES = 10;
const MAX_TRIES = 60;
/** How seldom a row so long may come by chance. */
const CHANCE = 1e-6;
/** The share of tries in doubt is that of the last one to two of these spans, in milliseconds. */
const SPAN_MS = 30_000;

/** Consecutive failures of one monitor that are in doubt. */
interface Row {
  since: number;
  tries: number;
}

/** How many tries ended in a span, of all monitors. */
interface Tries {
  span: number;
  inDoubt: number;
  judged: number;
}

/**
 * Consecutive checks that failed while this worker stood still. One is no evidence about the target, but a long row without a success
 * is: this worker must report a real failure even if it never comes to rest.
 *
 * How long depends on how the checks of its other monitors end meanwhile. If nearly all of them are judged, the target is the cause
 * and ten tries are enough. The more of them are in doubt too, the likelier it is that this worker is the cause, and the longer the
 * row must be: so long that it would come by chance once in a million tries.
 */
export class Doubts {
  private readonly rows = new WeakMap<object, Row>();
  /** Whether there has been one; most workers never have one, and each check ends them. */
  private hasAny = false;
  private present: Tries = { span: 0, inDoubt: 0, judged: 0 };
  private last: Tries = { span: -1, inDoubt: 0, judged: 0 };

  constructor(private readonly now: () => number) {}

  /** Notes a failure that is in doubt. Answers whether the row is evidence. */
  note(monitor: object): boolean {
    const now = this.now();
    const row = this.rows.get(monitor) ?? { since: now, tries: 0 };
    row.tries++;
    this.rows.set(monitor, row);
    this.hasAny = true;
    this.triesAt(now).inDoubt++;
    return row.tries >= this.triesNeeded(row) && now - row.since >= LEAST_MS;
  }

  /** A check was evidence. */
  end(monitor: object): void {
    this.triesAt(this.now()).judged++;
    if (this.hasAny) this.rows.delete(monitor);
  }

  /** The share of other monitors' tries that are in doubt, with one of each kind assumed, gives the chance of a row. */
  private triesNeeded(row: Row): number {
    const inDoubt = Math.max(0, this.last.inDoubt + this.present.inDoubt - row.tries) + 1;
    const judged = this.last.judged + this.present.judged + 1;
    const tries = Math.ceil(Math.log(CHANCE) / Math.log(inDoubt / (inDoubt + judged)));
    return Math.min(MAX_TRIES, Math.max(LEAST_TRIES, tries));
  }

  private triesAt(now: number): Tries {
    const span = Math.floor(now / SPAN_MS);
    if (span === this.present.span) return this.present;
    const none = { span: span - 1, inDoubt: 0, judged: 0 };
    this.last = this.present.span === span - 1 ? this.present : none;
    this.present = { span, inDoubt: 0, judged: 0 };
    return this.present;
  }
}
