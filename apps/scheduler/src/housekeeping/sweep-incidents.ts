import { INCIDENT_AGE_MS } from '@9volt/contracts';
import type { Compare, IncidentStore } from '@9volt/etcd-dal';

export const INCIDENTS_KEPT = 20;

export interface KnownIncident {
  key: string;
  monitor: string;
  /** Milliseconds since the epoch; undefined while it is open. */
  closedAt: number | undefined;
  modRevision: number;
}

/** The facts that decide which records are deleted. */
export interface IncidentRules {
  now: number;
  isGone: (monitor: string) => boolean;
  /** Whether a record was written more than {@link INCIDENT_AGE_MS} ago as this process saw it; undefined if it cannot know. */
  isOld: (modRevision: number) => boolean | undefined;
}

/**
 * The records to delete: closed long ago, beyond the number kept for a monitor, or of a removed monitor. In the order of keys,
 * oldest first.
 */
export function* obsoleteIncidents(
  incidents: Iterable<KnownIncident>,
  { now, isGone, isOld }: IncidentRules,
): Generator<string> {
  let group: KnownIncident[] = [];
  const obsolete = function* (): Generator<string> {
    const [first] = group;
    if (!first) return;
    const gone = isGone(first.monitor);
    for (const [index, { key, closedAt, modRevision }] of group.entries()) {
      const surplus = index < group.length - INCIDENTS_KEPT;
      const old = closedAt !== undefined && (isOld(modRevision) ?? closedAt < now - INCIDENT_AGE_MS);
      if (gone || surplus || old) yield key;
    }
  };
  for (const incident of incidents) {
    if (group[0] && group[0].monitor !== incident.monitor) {
      yield* obsolete();
      group = [];
    }
    group.push(incident);
  }
  yield* obsolete();
}

export async function sweepIncidents(
  store: IncidentStore,
  fence: readonly Compare[],
  rules: IncidentRules,
): Promise<number> {
  const incidents: KnownIncident[] = [];
  for await (const incident of store.ages()) incidents.push(incident);
  return store.remove([...obsoleteIncidents(incidents, rules)], fence);
}
