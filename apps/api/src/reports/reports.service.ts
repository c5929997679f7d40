import {
  byName,
  DomainError,
  fault,
  type Grouping,
  GROUPINGS,
  isReported,
  joinIncidents,
  ownOf,
  reportFacts,
  type ReportFacts,
  type ReportMessage,
  reportMessage,
  type ReportSettings,
  reportTimeOf,
} from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import type { RawQuery } from '../common/list-query.js';
import { HistoryService } from '../history/history.service.js';
import { Past } from '../history/past.js';
import { matchingMonitors } from '../settings/match-monitors.js';
import type { ShownReport } from './report.dto.js';

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
    const sums = await this.history.sums(raw, PARAMETERS);
    const filters = byName<string[]>();
    for (const [parameter, filter] of FILTERS) {
      const asked = [raw[parameter] ?? []].flat().filter((text) => text !== '');
      if (asked.length > 0) filters[filter] = asked;
    }
    const views = [...matchingMonitors(this.cache, filters, sums.to)].map(({ view }) => view);
    const { from, to, incidentsFrom, partial, total, rows } = await this.facts(views, groupBy, sums);
    return {
      from: iso(from),
      to: iso(to),
      groupBy,
      incidentsFrom: iso(incidentsFrom),
      partial,
      total,
      rows: [...rows],
    };
  }

  /** What a scheduled report would say that was due at an instant. */
  async preview(settings: ReportSettings, dueAt: number): Promise<ReportMessage> {
    const { title, description, 'group-by': groupBy = 'monitor' } = settings;
    const { from, to, label } = reportTimeOf(settings, dueAt);
    const views = this.reported(settings);
    const facts = await this.facts(views, groupBy, await this.history.sumsOf(from, to));
    return reportMessage({ title, description, label, groupBy }, facts);
  }

  /** The monitors that a scheduled report is about. */
  reported(settings: ReportSettings): MonitorView[] {
    return [...this.cache.monitors.values()].filter(
      (view) => view.exists && isReported(settings, { name: view.name, tags: view.settings?.tags }),
    );
  }

  private async facts(
    views: readonly MonitorView[],
    groupBy: Grouping,
    sums: Awaited<ReturnType<HistoryService['sumsOf']>>,
  ): Promise<ReportFacts> {
    const incidents = await joinIncidents(
      sums,
      Date.now(),
      views.flatMap(({ name, incidents }) => incidents.map(({ incident }) => ({ monitor: name, ...incident }))),
      this.past.isArchived ? () => this.past.incidents(sums.from, sums.to) : undefined,
    );
    return reportFacts(views, groupBy, sums, incidents);
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

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
