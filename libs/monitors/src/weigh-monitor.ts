import { intervalMsOf, type MonitorSettings } from '@9volt/contracts';
import { monitorTypes } from './registry.js';

/** Above this rate a monitor counts as if it ran so often: a run that is late is skipped, so one monitor cannot cost more than that. */
const SHORTEST_MS = 100;
/** Beyond this interval what a monitor costs is memory, which does not shrink with the interval. */
const LONGEST_MS = 300_000;

/** A load: the cost of a run, a tcp connect being 1, times the runs a second within bounds. */
export function weigh(typeWeight: number, intervalMs: number): number {
  return (typeWeight * 1_000) / Math.min(LONGEST_MS, Math.max(SHORTEST_MS, intervalMs));
}

/** The load of a monitor; a type that this version does not know costs as much as a tcp connect. */
export function weighMonitor(settings: MonitorSettings): number {
  return weigh(monitorTypes.get(settings.type)?.weight ?? 1, intervalMsOf(settings));
}
