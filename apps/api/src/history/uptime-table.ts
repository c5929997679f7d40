import { type UptimeFacts, uptimeIn } from '@9volt/contracts';
import type { HistoryIndex, Period } from '@9volt/etcd-dal';
import type { Past, PastIndex } from './past.js';

/** Uptime of a monitor, as a column of a list. */
export interface ColumnUptime {
  '24h': UptimeFacts;
  '30d': UptimeFacts;
}

const NOTHING: UptimeFacts = { uptime: null, watched: null };

interface Column {
  /** The periods that it was computed from. */
  of: string;
  uptimes: Map<string, UptimeFacts>;
}

/**
 * Uptime of all monitors over a day and a month, for lists that sort by it. It is computed when somebody asks, and again when an hour was
 * folded since; it knows nothing of the running hour.
 */
export class UptimeTable {
  private columns: { day: Column; month: Column } | undefined;
  private computing: Promise<void> | undefined;

  constructor(private readonly past: Past) {}

  async get(index: PastIndex, now: number): Promise<(name: string) => ColumnUptime> {
    await (this.computing ??= this.compute(index, now).finally(() => (this.computing = undefined)));
    const { columns } = this;
    return (name) => ({
      '24h': columns?.day.uptimes.get(name) ?? NOTHING,
      '30d': columns?.month.uptimes.get(name) ?? NOTHING,
    });
  }

  private async compute(index: PastIndex, now: number): Promise<void> {
    const { hour, day } = this.past.lengths;
    this.columns = {
      day: await this.column(
        index,
        { from: Math.floor((now - day) / hour) * hour, to: now, step: hour },
        this.columns?.day,
      ),
      month: await this.column(
        index,
        { from: Math.floor((now - 30 * day) / day) * day, to: now, step: day },
        this.columns?.month,
      ),
    };
  }

  private async column(
    index: PastIndex,
    range: { from: number; to: number; step: number },
    before: Column | undefined,
  ): Promise<Column> {
    const folded = { ...index, all: { ...index.all, minute: new Map() } };
    const periods = this.past.periods(folded, range);
    const of = revisionsOf(index.all, periods);
    if (before?.of === of) return before;
    const { found: sums, partial } = await this.past.totals(index, periods, range.from);
    const last = Math.max(0, ...periods.map(({ level, n }) => (n + 1) * this.past.lengths[level]));
    const uptimes = new Map<string, UptimeFacts>();
    for (const [name, sum] of sums) uptimes.set(name, uptimeIn([sum], range.from, last));
    // What is not whole is computed again.
    return { of: partial ? '' : of, uptimes };
  }
}

function revisionsOf(index: HistoryIndex, periods: readonly Period[]): string {
  const revision = (period: Period): number =>
    Math.max(0, ...(index[period.level].get(period.n) ?? []).map(({ modRevision }) => modRevision));
  return periods.map((period) => `${period.level}${period.n}:${revision(period)}`).join(' ');
}
