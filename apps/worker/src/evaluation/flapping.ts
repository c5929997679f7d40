import { type Flapping, flappingThresholdsOf, type MonitorSettings } from '@9volt/contracts';

/*
 * Flapping, by the rule of Nagios ("Detection and Handling of State Flapping"): each change between two of the latest results counts, the oldest 0.8
 * times and the newest 1.2 times; their share of what all of them would count is compared with two thresholds. The thresholds are those of Icinga 2.
 */

const RESULTS = 20;
const CHANGES = RESULTS - 1;
const OLDEST = 0.8;
const NEWEST = 1.2;

/** The latest results with one more: `1` ok, `0` not ok, oldest first. */
export function historyWith(history: string | undefined, isOk: boolean): string {
  return `${history ?? ''}${isOk ? '1' : '0'}`.slice(-RESULTS);
}

/** How much of the latest results is change, in percent. What is not known yet counts as no change. */
export function changeShare(history: string): number {
  let changed = 0;
  for (let n = 1; n < history.length; n++) {
    const place = CHANGES - history.length + n;
    if (history[n] !== history[n - 1]) changed += OLDEST + ((NEWEST - OLDEST) * place) / (CHANGES - 1);
  }
  return (100 * changed) / CHANGES;
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
