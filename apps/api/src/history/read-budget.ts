import {
  BURN_WINDOWS,
  budgetOf,
  burnRate,
  historyOf,
  knownUntil,
  minutesText,
  type ReportSlo,
  scaledWindow,
  type Tally,
  type UpDown,
} from '@9volt/contracts';
import type { Past } from './past.js';

/** What is left of an error budget, and how fast it burns: by window, 1 is the rate that uses up exactly all of it. */
export interface BudgetFacts extends ReportSlo {
  windowMs: number;
  rates: { window: string; rate: number | null }[];
}

/** The error budget of a monitor until now, from the same history as its warnings. */
export async function readBudget(
  past: Past,
  name: string,
  { target, windowMs, scale }: { target: number; windowMs: number; scale: number },
): Promise<BudgetFacts> {
  const { minute, day } = past.lengths;
  const index = await past.index();
  const to = Date.now();
  const known = knownUntil(to, past.lengths);
  const windows = BURN_WINDOWS.map((minutes) => scaledWindow(minutes, scale));
  const from = Math.floor((to - windowMs) / day) * day;
  const read = async (since: number, step: number): Promise<Tally[]> =>
    (await past.talliesOf(name, index, past.periods(index, { from: since, to, step }), since, 'time')).found;
  const [all, last] = await Promise.all([read(from, day), read(to - Math.max(...windows) * minute, minute)]);
  return {
    ...budgetOf(target, seenIn(all, from, to, known)),
    windowMs,
    rates: windows.map((minutes) => ({
      window: minutesText(minutes),
      rate: burnRate(seenIn(last, to - minutes * minute, to, known), target) ?? null,
    })),
  };
}

function seenIn(tallies: readonly Tally[], from: number, to: number, known: number): UpDown {
  const { total } = historyOf(tallies, { from, to, step: to - from, knownUntil: known });
  return { up: (total?.time.ok ?? 0) + (total?.time.warning ?? 0), down: total?.time.critical ?? 0 };
}
