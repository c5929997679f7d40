import { intervalMsOf, type MonitorSettings } from '@9volt/contracts';
import { monitorTypes } from './registry.js';

/** Above this rate a monitor counts as if it ran this often: late checks are skipped, so a monitor cannot cost more. */
const SHORTEST_MS = 100;
/** Beyond this interval a monitor costs mainly memory, which does not shrink with the interval. */
const LONGEST_MS = 300_000;

/** A load: the cost of a check (a tcp connect has 1) times the checks per second within bounds. */
export function weigh(typeWeight: number, intervalMs: number): number {
  return (typeWeight * 1_000) / Math.min(LONGEST_MS, Math.max(SHORTEST_MS, intervalMs));
}

/** The load of a monitor; an unknown type costs as much as a tcp connect. */
export function weighMonitor(settings: MonitorSettings): number {
  return weigh(monitorTypes.get(settings.type)?.weight ?? 1, intervalMsOf(settings));
}
