import {
  byName,
  DomainError,
  fault,
  INCIDENT_AGE_MS,
  type MonitorSettings,
  ownOf,
  type Reported,
  reportOf,
} from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import type { RawQuery } from '../common/list-query.js';
import { HistoryService } from '../history/history.service.js';
import { Past } from '../history/past.js';
import { matchingMonitors } from '../settings/match-monitors.js';
import { type Grouping, GROUPINGS, type ShownReport } from './report.dto.js';

const FORMATS = ['json', 'csv'] as const;
/** Parameters that choose monitors, and what a list of monitors calls them. */
const FILTERS = [
  ['tag', 'tags'],
  ['type', 'type'],
  ['q', 'q'],
] as const;
const PARAMETERS = [...FILTERS.map(([parameter]) => parameter), 'from', 'to', 'group-by', 'format'];

/** Uptime, incidents and error budgets of many monitors over a time. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly history: HistoryService,
    private readonly past: Past,
  ) {}

  /** Throws `invalid`. */
  async report(raw: RawQuery): Promise<ShownReport> {
    const groupBy = wordOf(raw, 'group-by', GROUPINGS);
    wordOf(raw, 'format', FORMATS);
    const { from, to, partial, sums } = await this.history.sums(raw, PARAMETERS);
    const incidents = await this.incidents(from, to);
    const filters = byName<string[]>();
    for (const [parameter, filter] of FILTERS) {
      const asked = [raw[parameter] ?? []].flat().filter((text) => text !== '');
      if (asked.length > 0) filters[filter] = asked;
    }
    const monitors: Reported[] = [];
    for (const { view } of matchingMonitors(this.cache, filters, to)) {
      monitors.push(reported(view, groupBy, sums.get(view.name), incidents.of(view)));
    }
    const { total, lines } = reportOf(monitors, { from, to }, groupBy !== 'monitor');
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      groupBy,
      incidentsFrom: new Date(Math.max(from, incidents.since)).toISOString(),
      partial: partial || incidents.partial,
      total,
      rows: lines,
    };
  }

  /** Those of etcd, and older ones from the archive. */
  private async incidents(from: number, to: number): Promise<Incidents> {
    const since = Date.now() - INCIDENT_AGE_MS;
    const archived = from < since ? await this.past.incidents(from, to) : undefined;
    const byMonitor = new Map<string, Map<string, Reported['incidents'][number]>>();
    for (const { monitor, id, openedAt, closedAt } of archived?.incidents ?? []) {
      const known = byMonitor.get(monitor) ?? new Map<string, Reported['incidents'][number]>();
      byMonitor.set(monitor, known.set(id, timesOf({ openedAt, closedAt })));
    }
    return {
      since: archived?.since ?? since,
      partial: from < since && archived === undefined && this.past.isArchived,
      of: ({ name, incidents }) => {
        const all = new Map(byMonitor.get(name));
        for (const { incident } of incidents) all.set(incident.id, timesOf(incident));
        return [...all.values()];
      },
    };
  }
}

interface Incidents {
  since: number;
  partial: boolean;
  of: (monitor: MonitorView) => Reported['incidents'];
}

function timesOf({ openedAt, closedAt }: { openedAt: string; closedAt: string | null }): Reported['incidents'][number] {
  return { openedAt: Date.parse(openedAt), closedAt: closedAt === null ? null : Date.parse(closedAt) };
}

/** The first word if there is none. */
function wordOf<T extends string>(raw: RawQuery, name: string, words: readonly [T, ...T[]]): T {
  const text = ownOf(raw, name);
  if (text === undefined || text === '') return words[0];
  const word = words.find((one) => one === text);
  if (word === undefined) throw DomainError.invalid([fault(`/${name}`, text, `one of ${words.join(', ')}`)]);
  return word;
}

function reported(
  { name, settings }: MonitorView,
  by: Grouping,
  sum: Reported['sum'],
  incidents: Reported['incidents'],
): Reported {
  const slo = settings?.['slo-uptime'];
  return {
    name,
    groups: groupsOf(settings, by),
    sum,
    incidents,
    slo: slo === undefined ? undefined : Number((slo / 100).toPrecision(12)),
  };
}

function groupsOf(settings: MonitorSettings | undefined, by: Grouping): readonly string[] {
  switch (by) {
    case 'monitor':
      return [];
    case 'tag':
      return settings?.tags ?? [];
    case 'type':
      return settings ? [settings.type] : [];
    case 'member-tag':
      return [settings?.['member-tag'] ?? ''];
  }
}
