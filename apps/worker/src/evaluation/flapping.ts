import { type Flapping, flappingThresholdsOf, type MonitorSettings } from '@9volt/contracts';

/*
 * Flapping, by the rule of Nagios ("Detection and Handling of State Flapping"): each change between two of the latest results counts, the oldest 0.8
 * times and the newest 1.2 times; their share of what all of them would count is compared with two thresholds. The thresholds are those of Icinga 2.
 */

const RESULTS = 20;
const CHANGES = RESULTS - 1;
/** In 45ths, so that all weights are whole: 0.8 for the oldest, 1.2 for the newest, and one 45th more from each to the next. */
const WHOLE = 45;
const OLDEST = 36;

/** The latest results with one more: `1` ok, `0` not ok, oldest first. */
export function historyWith(history: string | undefined, isOk: boolean): string {
  return `${history ?? ''}${isOk ? '1' : '0'}`.slice(-RESULTS);
}

/** The share of changes in the latest results, in percent. Unknown ones count as no change. */
export function changeShare(history: string): number {
  let changed = 0;
  for (let n = 1; n < history.length; n++) {
    if (history[n] !== history[n - 1]) changed += OLDEST + CHANGES - history.length + n;
  }
  return (100 * changed) / (CHANGES * WHOLE);
}

export function flappingAfter(
  before: Flapping | undefined,
  history: string,
  settings: MonitorSettings,
  since: string,
): Flapping | undefined {
  const { start, end } = flappingThresholdsOf(settings);
  const share = changeShare(history);
  if (before) return share < end ? undefined : before;
  return share >= start ? { since } : undefined;
}
