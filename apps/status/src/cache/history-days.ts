import { type UptimeFacts, uptimeIn } from '@9volt/contracts';
import { type HistoryIndex, type HistoryStore, periodsFor, totalsOf } from '@9volt/etcd-dal';
import type { HistoryFacts } from '../view/facts.js';

/** As many as the strip of a page shows, today included. */
const DAYS = 90;
const MONTH = 30;

/** The uptime of some monitors by day. What is folded does not change, so each day is read once. */
export class HistoryDays {
  private readonly folded = new Map<number, ReadonlyMap<string, UptimeFacts>>();
  /** The monitors that these are about. */
  private read: ReadonlySet<string> = new Set();
  private facts = new Map<string, HistoryFacts>();

  constructor(private readonly store: HistoryStore) {}

  of(monitor: string): HistoryFacts | undefined {
    return this.facts.get(monitor);
  }

  /** Throws etcd's error; what was known stays. */
  async refresh(names: ReadonlySet<string>, now: number): Promise<void> {
    const { day: length } = this.store.periods;
    // A monitor that a page shows since now has a past.
    if ([...names].some((name) => !this.read.has(name))) this.folded.clear();
    this.read = new Set(names);
    const [hour, day] = await Promise.all([this.store.indexOf('hour'), this.store.indexOf('day')]);
    const index: HistoryIndex = { minute: new Map(), hour, day };
    const today = Math.floor(now / length);
    const days = Array.from({ length: DAYS }, (_, n) => today - DAYS + 1 + n);
    const byDay: (ReadonlyMap<string, UptimeFacts> | undefined)[] = [];
    for (const n of days) byDay.push(this.folded.get(n) ?? (await this.readDays(index, n, n + 1, names, day.has(n))));
    for (const n of this.folded.keys()) if (n <= today - DAYS) this.folded.delete(n);
    const month = await this.readDays(index, today - MONTH + 1, today + 1, names, false);
    const quarter = await this.readDays(index, today - DAYS + 1, today + 1, names, false);
    this.facts = new Map(
      [...names].map((name) => [
        name,
        {
          days: days.map((n, at) => ({ date: dateOf(n * length), ...(byDay[at]?.get(name) ?? NOTHING) })),
          month: month.get(name) ?? NOTHING,
          quarter: quarter.get(name) ?? NOTHING,
        },
      ]),
    );
  }

  private async readDays(
    index: HistoryIndex,
    first: number,
    end: number,
    names: ReadonlySet<string>,
    isFinal: boolean,
  ): Promise<ReadonlyMap<string, UptimeFacts>> {
    const { day: length } = this.store.periods;
    const range = { from: first * length, to: end * length, step: length };
    const found = new Map<string, UptimeFacts>();
    const periods = periodsFor(index, range, this.store.periods);
    // What comes later is not folded yet, which is not the same as not watched.
    const last = Math.max(0, ...periods.map(({ level, n }) => (n + 1) * this.store.periods[level]));
    if (periods.length > 0) {
      for (const [name, sum] of await totalsOf(this.store, index, periods)) {
        if (names.has(name)) found.set(name, uptimeIn([sum], range.from, last));
      }
    }
    if (isFinal) this.folded.set(first, found);
    return found;
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const NOTHING: UptimeFacts = { uptime: null, watched: null };
