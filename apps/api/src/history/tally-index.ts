import { type Level, minutesListedMs } from '@9volt/contracts';
import type { HistoryIndex, HistoryStore, PeriodIndex } from '@9volt/etcd-dal';

/** The keys of a level are listed again after this time: those of folded levels change once an hour. */
const FOLDED_AGE_MS = 30_000;

/** The keys of all tallies, as they were a moment ago. */
export class TallyIndex {
  private readonly listed = new Map<Level, { at: number; index: Promise<PeriodIndex> }>();

  constructor(private readonly store: () => Pick<HistoryStore, 'indexOf' | 'periods'>) {}

  async get(): Promise<HistoryIndex> {
    // An hour that was folded meanwhile must not be missing: the minutes are listed first.
    const minute = await this.of('minute');
    const [hour, day] = await Promise.all([this.of('hour'), this.of('day')]);
    return { minute, hour, day };
  }

  private of(level: Level): Promise<PeriodIndex> {
    const now = performance.now();
    const known = this.listed.get(level);
    const { periods } = this.store();
    const age = level === 'minute' ? minutesListedMs(periods) : Math.min(FOLDED_AGE_MS, periods.minute);
    if (known && now - known.at < age) return known.index;
    const index = this.store().indexOf(level);
    const listed = { at: now, index };
    this.listed.set(level, listed);
    index.catch(() => {
      if (this.listed.get(level) === listed) this.listed.delete(level);
    });
    return index;
  }
}
