import { joined, type Level, type Tally } from '@9volt/contracts';
import type { HistoryIndex, Period } from './history-index.js';

/** An index of etcd together with that of an archive: a period that only the archive has is there without keys. */
export function withOlder(
  etcd: HistoryIndex,
  archived: { hour: ReadonlySet<number>; day: ReadonlySet<number> },
): HistoryIndex {
  return { minute: etcd.minute, hour: older(etcd.hour, archived.hour), day: older(etcd.day, archived.day) };
}

/** What is older than all that etcd has of a level comes from the archive. */
function older(etcd: HistoryIndex['hour'], archived: ReadonlySet<number>): HistoryIndex['hour'] {
  const first = Math.min(...etcd.keys());
  const all = new Map(etcd);
  for (const n of archived) if (n < first) all.set(n, []);
  return all;
}

export interface PeriodOfArchive extends Period {
  level: Exclude<Level, 'minute'>;
}

export function isArchived(all: HistoryIndex, period: Period): period is PeriodOfArchive {
  return period.level !== 'minute' && all[period.level].get(period.n)?.length === 0;
}

export type PlacedPeriods = { archived: true; periods: PeriodOfArchive[] } | { archived: false; periods: Period[] };

/** Periods side by side that are in the same place. */
function partsOf(all: HistoryIndex, periods: readonly Period[]): PlacedPeriods[] {
  const parts: PlacedPeriods[] = [];
  for (const period of periods) {
    const archived = isArchived(all, period);
    const last = parts.at(-1);
    if (last?.archived === archived) (last.periods as Period[]).push(period);
    else parts.push({ archived, periods: [period] } as PlacedPeriods);
  }
  return parts;
}

/** The sums of all monitors over some periods, each from where it is. `read` answers undefined if that place does not answer. */
export async function totalsFrom(
  all: HistoryIndex,
  periods: readonly Period[],
  read: (part: PlacedPeriods) => Promise<Map<string, Tally> | undefined>,
): Promise<{ found: Map<string, Tally>; partial: boolean }> {
  let found = new Map<string, Tally>();
  let partial = false;
  // In the order of time: the time between two periods belongs to the earlier one.
  for (const part of partsOf(all, periods)) {
    const totals = await read(part);
    if (totals) found = addTotals(found, totals);
    else partial = true;
  }
  return { found, partial };
}

/** The sums of two times, of which the first is before the second. */
function addTotals(before: Map<string, Tally>, after: ReadonlyMap<string, Tally>): Map<string, Tally> {
  for (const [name, tally] of after) {
    const sum = before.get(name);
    before.set(name, sum ? { ...joined(sum, tally), changes: [] } : tally);
  }
  return before;
}
