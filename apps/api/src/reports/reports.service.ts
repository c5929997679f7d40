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
  ) {}

  /** Throws `invalid`. */
  async report(raw: RawQuery): Promise<ShownReport> {
    const groupBy = wordOf(raw, 'group-by', GROUPINGS);
    wordOf(raw, 'format', FORMATS);
    const { from, to, sums } = await this.history.sums(raw, PARAMETERS);
    const filters = byName<string[]>();
    for (const [parameter, filter] of FILTERS) {
      const asked = [raw[parameter] ?? []].flat().filter((text) => text !== '');
      if (asked.length > 0) filters[filter] = asked;
    }
    const monitors: Reported[] = [];
    for (const { view } of matchingMonitors(this.cache, filters, to)) {
      monitors.push(reported(view, groupBy, sums.get(view.name)));
    }
    const { total, lines } = reportOf(monitors, { from, to }, groupBy !== 'monitor');
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      groupBy,
      incidentsFrom: new Date(Math.max(from, Date.now() - INCIDENT_AGE_MS)).toISOString(),
      total,
      rows: lines,
    };
  }
}

/** The first word if there is none. */
function wordOf<T extends string>(raw: RawQuery, name: string, words: readonly [T, ...T[]]): T {
  const text = ownOf(raw, name);
  if (text === undefined || text === '') return words[0];
  const word = words.find((one) => one === text);
  if (word === undefined) throw DomainError.invalid([fault(`/${name}`, text, `one of ${words.join(', ')}`)]);
  return word;
}

function reported({ name, settings, incidents }: MonitorView, by: Grouping, sum: Reported['sum']): Reported {
  const slo = settings?.['slo-uptime'];
  return {
    name,
    groups: groupsOf(settings, by),
    sum,
    incidents: incidents.map(({ incident: { openedAt, closedAt } }) => ({
      openedAt: Date.parse(openedAt),
      closedAt: closedAt === null ? null : Date.parse(closedAt),
    })),
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
