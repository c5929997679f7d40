import { CLASS, spanBetween, type Tally, type UpDown, upDownOf } from '@9volt/contracts';

/** Up- and downtime of the last periods of one length. */
class Ring {
  private readonly numbers: Float64Array;
  private readonly up: Float32Array;
  private readonly down: Float32Array;

  constructor(
    private readonly lengthMs: number,
    readonly periods: number,
  ) {
    this.numbers = new Float64Array(periods).fill(-1);
    this.up = new Float32Array(periods);
    this.down = new Float32Array(periods);
  }

  /** Spreads the time evenly over `from` to `to`. */
  add(from: number, to: number, { up, down }: UpDown): void {
    if (to <= from) return;
    const oldest = to - this.periods * this.lengthMs;
    for (let at = Math.max(from, oldest); at < to;) {
      const n = Math.floor(at / this.lengthMs);
      const end = Math.min(to, (n + 1) * this.lengthMs);
      const share = (end - at) / (to - from);
      this.addTo(n, up * share, down * share);
      at = end;
    }
  }

  /** Adds all that another ring of the same size counted. */
  join(other: Ring): void {
    for (const [slot, n] of other.numbers.entries()) {
      if (n >= 0) this.addTo(n, other.up[slot] as number, other.down[slot] as number);
    }
  }

  /** The last periods, with the running one. */
  last(periods: number, now: number): UpDown {
    const seen = { up: 0, down: 0 };
    const running = Math.floor(now / this.lengthMs);
    for (let n = running - periods + 1; n <= running; n++) {
      const slot = n % this.periods;
      if (this.numbers[slot] !== n) continue;
      seen.up += this.up[slot] as number;
      seen.down += this.down[slot] as number;
    }
    return seen;
  }

  private addTo(n: number, up: number, down: number): void {
    const slot = n % this.periods;
    const known = this.numbers[slot] as number;
    if (known > n) return;
    if (known < n) {
      this.numbers[slot] = n;
      this.up[slot] = 0;
      this.down[slot] = 0;
    }
    this.up[slot] = (this.up[slot] as number) + up;
    this.down[slot] = (this.down[slot] as number) + down;
  }
}

const MINUTES = 360;
const HOURS = 72;
const MINUTES_OF_HOUR = 60;

/** Since when a result stands. */
type Standing = Pick<Tally, 'last' | 'lastClass' | 'holdMs'>;

/**
 * What checks of a monitor found in the last hours by minutes, and in the last days by hours: some 4 kB, in the memory of its owner. Time
 * counts as it does in the history; what nobody watched counts neither way. `scale` is the window of the SLO as a share of 30 days.
 */
export class BurnLog {
  private readonly minutes: Ring;
  private readonly hours: Ring;
  private standing: Standing | undefined;
  private begun: { at: number; class: number } | undefined;

  constructor(
    private readonly minuteMs: number,
    readonly scale: number,
  ) {
    this.minutes = new Ring(minuteMs, Math.ceil(MINUTES * scale) + 1);
    this.hours = new Ring(minuteMs * MINUTES_OF_HOUR, Math.ceil(HOURS * scale) + 1);
  }

  /** When it knew its first result. */
  get begunAt(): number | undefined {
    return this.begun?.at;
  }

  /** How far back it looks. */
  get lengthMs(): number {
    return this.hours.periods * MINUTES_OF_HOUR * this.minuteMs;
  }

  /** A check ended, or was not wanted. */
  took(result: Standing): void {
    const { last: at, lastClass } = result;
    this.begun ??= { at, class: lastClass };
    if (this.standing && at < this.standing.last) return;
    this.addSpan(at, lastClass);
    this.standing = result;
  }

  /** Continues with a tally of the history, up to a time. Of what is known already only the part after it counts. */
  tally(tally: Tally, until: number): void {
    const from = Math.max(tally.first, this.standing?.last ?? 0);
    const to = Math.min(tally.last, until);
    if (to < from || (this.standing && to === from)) return;
    this.addSpan(tally.first, tally.firstClass);
    if (to > from) {
      const share = (to - from) / (tally.last - tally.first);
      const { up, down } = upDownOf(tally.time);
      this.add(from, to, { up: up * share, down: down * share });
    }
    this.standing = { last: to, lastClass: tally.lastClass, holdMs: tally.holdMs };
  }

  /** Puts what this one knows of an earlier time before the results of another one, whose first result ends it. */
  follow(next: BurnLog): BurnLog {
    if (next.begun) this.addSpan(next.begun.at, next.begun.class);
    this.minutes.join(next.minutes);
    this.hours.join(next.hours);
    this.standing = next.standing;
    this.begun = next.begun;
    return this;
  }

  /** What was found in the last minutes. The last result counts as long as it stands. */
  seen(minutes: number, now: number): UpDown {
    const counted =
      minutes <= this.minutes.periods
        ? this.minutes.last(minutes, now)
        : this.hours.last(Math.ceil(minutes / MINUTES_OF_HOUR), now);
    const { from, seen } = this.spanTo(now);
    return now > from ? { up: counted.up + seen.up, down: counted.down + seen.down } : counted;
  }

  private addSpan(to: number, nextClass: number): void {
    const { from, seen } = this.spanTo(to, nextClass);
    this.add(from, to, seen);
  }

  private spanTo(to: number, nextClass?: number): { from: number; seen: UpDown } {
    if (!this.standing || to <= this.standing.last) return { from: to, seen: { up: 0, down: 0 } };
    const { from, class: code } = spanBetween(this.standing, to, nextClass);
    const isUp = code === CLASS.ok || code === CLASS.warning;
    return { from, seen: { up: isUp ? to - from : 0, down: code === CLASS.critical ? to - from : 0 } };
  }

  private add(from: number, to: number, seen: UpDown): void {
    this.minutes.add(from, to, seen);
    this.hours.add(from, to, seen);
  }
}
