/** Above this rate a monitor counts as if it ran so often: a run that is late is skipped, so one monitor cannot cost more than that. */
const SHORTEST_MS = 100;
/** Beyond this interval what a monitor costs is memory, which does not shrink with the interval. */
const LONGEST_MS = 300_000;

/** The load of a monitor: the cost of a run of its type, times its runs a second within bounds. */
export function weigh(typeWeight: number, intervalMs: number): number {
  return (typeWeight * 1_000) / Math.min(LONGEST_MS, Math.max(SHORTEST_MS, intervalMs));
}
