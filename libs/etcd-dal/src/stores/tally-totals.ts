import { NO_PHASES, spanBetween, type Tally, TIME_CLASSES } from '@9volt/contracts';
import type { TimeColumns } from './history.decode.js';

/** Places in the row of a monitor, after its time by class. */
const [MAYBE_DOWN, MAYBE_UP, RUNS, FAILURES, OVERRUNS] = [7, 8, 9, 10, 11] as const;
const [FIRST, FIRST_CLASS, LAST, LAST_CLASS, HOLD, WIDTH] = [12, 13, 14, 15, 16, 17] as const;

/** Adds up as `joined` does, but periods that do not overlap, and into rows of numbers: there are a million tallies. */
export class TallyTotals {
  private readonly rowOf = new Map<string, number>();
  /** By digest: the row of each name of the chunk. */
  private readonly known = new Map<string, Int32Array>();
  private rows = new Float64Array(WIDTH * 1_024);

  add(digest: string, names: readonly string[], columns: TimeColumns): void {
    const known = this.known.get(digest) ?? new Int32Array(names.length).fill(-1);
    this.known.set(digest, known);
    const { present, time, maybeDown, maybeUp, runs, failures, overruns } = columns;
    for (let n = 0; n < present.length; n++) {
      const position = present[n] as number;
      if (known[position] === -1) known[position] = this.placeOf(names[position] as string, columns, n);
      const at = known[position] as number;
      this.addSpan(at, columns.first[n] as number, columns.firstClass[n] as number);
      const { rows } = this;
      const plus = (place: number, value: number): void => {
        rows[at + place] = (rows[at + place] as number) + value;
      };
      for (let code = 0; code < time.length; code++) plus(code, (time[code] as readonly number[])[n] as number);
      plus(MAYBE_DOWN, maybeDown[n] as number);
      plus(MAYBE_UP, maybeUp[n] as number);
      plus(RUNS, runs[n] as number);
      plus(FAILURES, failures[n] as number);
      plus(OVERRUNS, overruns[n] as number);
      rows[at + LAST] = Math.max(rows[at + LAST] as number, columns.last[n] as number);
      rows[at + LAST_CLASS] = columns.lastClass[n] as number;
      rows[at + HOLD] = columns.holdMs[n] as number;
    }
  }

  get sums(): Map<string, Tally> {
    return new Map([...this.rowOf].map(([name, at]) => [name, this.tallyAt(at)]));
  }

  /** The row of a monitor; a new one begins with its first tally. */
  private placeOf(name: string, { first, firstClass }: TimeColumns, n: number): number {
    const known = this.rowOf.get(name);
    if (known !== undefined) return known;
    const at = this.rowOf.size * WIDTH;
    this.rowOf.set(name, at);
    if (at + WIDTH > this.rows.length) {
      const larger = new Float64Array(2 * this.rows.length);
      larger.set(this.rows);
      this.rows = larger;
    }
    const { rows } = this;
    rows[at + FIRST] = rows[at + LAST] = first[n] as number;
    rows[at + FIRST_CLASS] = rows[at + LAST_CLASS] = firstClass[n] as number;
    return at;
  }

  /** The time until the next tally. */
  private addSpan(at: number, to: number, nextClass: number): void {
    const { rows } = this;
    const of = (place: number): number => rows[at + place] as number;
    if (to <= of(LAST)) return;
    const span = spanBetween({ last: of(LAST), lastClass: of(LAST_CLASS), holdMs: of(HOLD) }, to, nextClass);
    const ms = span.to - span.from;
    rows[at + span.class] = of(span.class) + ms;
    if (span.maybe === 'down') rows[at + MAYBE_DOWN] = of(MAYBE_DOWN) + ms;
    if (span.maybe === 'up') rows[at + MAYBE_UP] = of(MAYBE_UP) + ms;
  }

  private tallyAt(at: number): Tally {
    const of = (place: number): number => this.rows[at + place] as number;
    return {
      ...{ first: of(FIRST), firstClass: of(FIRST_CLASS), last: of(LAST), lastClass: of(LAST_CLASS) },
      ...{ holdMs: of(HOLD), runs: of(RUNS), failures: of(FAILURES), overruns: of(OVERRUNS) },
      ...{ time: TIME_CLASSES.map((_none, code) => of(code)), maybeDown: of(MAYBE_DOWN), maybeUp: of(MAYBE_UP) },
      ...{ latency: [], phases: NO_PHASES, changes: [] },
    };
  }
}
