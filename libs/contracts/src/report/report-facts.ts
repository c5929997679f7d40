import { type Reported, reportOf } from '../history/report.js';
import type { Tally } from '../history/tally.js';
import { type MonitorSettings, sloOf } from '../monitor.js';
import { INCIDENT_AGE_MS } from '../notification.js';
import type { ReportFacts } from './report-message.js';
import { type Grouping, groupsOf } from './report-settings.js';

interface Range {
  from: number;
  to: number;
  /** Later results may not be known yet; without it all are. */
  knownUntil?: number;
}

interface Incident {
  monitor: string;
  id: string;
  openedAt: string;
  closedAt: string | null;
}

/** The incidents of a time. */
export interface JoinedIncidents {
  /** Earlier ones are no longer stored. */
  since: number;
  /** The archive, which has older ones, did not answer. */
  partial: boolean;
  of: (monitor: string) => Reported['incidents'];
}

/** What reports know of a monitor; no settings if they are invalid. */
export interface ReportedMonitor {
  name: string;
  settings: MonitorSettings | undefined;
}

/** What an archive has: all incidents since an instant. */
export interface ArchivedIncidents {
  since: number;
  incidents: readonly Incident[];
}

/**
 * Joins the incidents of etcd and those of the archive, if there is one, which is asked only for a time that etcd does not cover. Of an
 * incident that both have, etcd's record counts.
 */
export async function joinIncidents(
  { from, to }: Range,
  now: number,
  recent: Iterable<Incident> | AsyncIterable<Incident>,
  askArchive: (() => Promise<ArchivedIncidents | undefined>) | undefined,
): Promise<JoinedIncidents> {
  const found = new Map<string, Map<string, Reported['incidents'][number]>>();
  const add = ({ monitor, id, openedAt, closedAt }: Incident): void => {
    const times = { openedAt: Date.parse(openedAt), closedAt: closedAt === null ? null : Date.parse(closedAt) };
    const known = found.get(monitor) ?? new Map<string, Reported['incidents'][number]>();
    const isOutside = times.openedAt >= to || (times.closedAt ?? Infinity) <= from;
    if (isOutside && !known.has(id)) return;
    found.set(monitor, known.set(id, times));
  };
  const since = now - INCIDENT_AGE_MS;
  const isOlder = askArchive !== undefined && from < since;
  const archived = isOlder ? await askArchive() : undefined;
  for (const one of archived?.incidents ?? []) add(one);
  for await (const one of recent) add(one);
  return {
    since: archived?.since ?? since,
    partial: isOlder && archived === undefined,
    of: (monitor) => [...(found.get(monitor)?.values() ?? [])],
  };
}

/** `partial` if something is missing from the sums. */
export function reportFacts(
  monitors: readonly ReportedMonitor[],
  groupBy: Grouping,
  { sums, partial, ...range }: Range & { sums: ReadonlyMap<string, Tally>; partial: boolean },
  incidents: JoinedIncidents,
): ReportFacts {
  const reported = monitors.map(({ name, settings }): Reported => ({
    name,
    groups: groupsOf(settings, groupBy),
    sum: sums.get(name),
    incidents: incidents.of(name),
    slo: settings && sloOf(settings)?.target,
  }));
  const { total, lines } = reportOf(reported, range, groupBy !== 'monitor');
  return {
    from: range.from,
    to: range.to,
    total,
    rows: lines,
    incidentsFrom: Math.max(range.from, incidents.since),
    partial: partial || incidents.partial,
  };
}
