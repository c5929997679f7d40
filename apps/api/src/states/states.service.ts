import { DomainError, fault, type Sample, sloOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { bySeverity } from '../cache/derive-status.js';
import { by, pageOf, type RawQuery, readListQuery, textOf } from '../common/list-query.js';
import { streamId } from '../common/stream-id.js';
import { type Matched, matchingMonitors, MONITOR_FILTERS } from '../settings/match-monitors.js';
import type { ShownState, StateDetail } from './state.dto.js';
import { HistoryService } from '../history/history.service.js';
import { shownAck, shownPause } from '../quiet/shown-quiet.js';
import { shownBurning, shownConfig, shownIncident, shownState } from './state-shape.js';

/** Of a monitor that has fewer in the vitals. */
const LATEST_RESULTS = 100;

@Injectable()
export class StatesService {
  constructor(
    private readonly cache: ClusterCache,
    private readonly history: HistoryService,
    private readonly node: ClusterNode,
  ) {}

  /** Every monitor, whether it has a state or not. */
  async list(raw: RawQuery): Promise<{ total: number; eventId: string; body: ShownState[] }> {
    const now = Date.now();
    const uptimes = asksForUptime(raw) ? await this.history.uptimes() : undefined;
    const lowest = (period: '24h' | '30d') => by<Matched>(({ view }) => uptimes?.(view.name)[period].uptime?.min);
    const query = readListQuery<Matched>(raw, {
      filters: [...MONITOR_FILTERS, 'config', 'uptime'],
      sorts: {
        name: by(({ view }) => view.name),
        status: bySeverity,
        since: by(({ view }) => view.state?.since),
        lastRun: by(({ view }) => view.latest?.at),
        latency: by(({ view }) => view.latest?.latencyMs),
        type: by(({ view }) => view.settings?.type),
        owner: by(({ view }) => view.assignment?.workerId),
        'uptime-24h': lowest('24h'),
        'uptime-30d': lowest('30d'),
      },
      fallback: by(({ view }) => view.name),
    });
    const { items, total } = pageOf(matchingMonitors(this.cache, query.filters, now), query);
    const withConfig = flagOf('config', textOf(query.filters['config']) ?? 'true');
    const withUptime = flagOf('uptime', textOf(query.filters['uptime']) ?? 'false');
    const body = items.map(({ view }) => ({
      ...shownState(this.cache, view, now),
      ...(withConfig ? { config: shownConfig(this.cache, view) } : {}),
      ...(withUptime && uptimes ? { uptime: uptimes(view.name) } : {}),
    }));
    return { total, eventId: streamId(this.cache.clusterId, this.cache.revision), body };
  }

  async get(name: string): Promise<StateDetail> {
    const view = this.cache.monitors.get(name);
    if (!view?.declared) throw new DomainError('not-found', `Unable to find any check named '${name}'`);
    const { assignment, state } = view;
    // The state does not need etcd.
    const slo = view.settings && sloOf(view.settings);
    const [uptime, budget, calls, results] = await Promise.all([
      this.history.uptimeOf(name).catch(() => null),
      slo ? this.history.budgetOf(name, slo).catch(() => null) : null,
      this.callsOf(view).catch(() => null),
      this.history
        .withStored(new Map([[name, this.latestResults(view)]]), LATEST_RESULTS)
        .then((all) => all.get(name) ?? []),
    ]);
    return {
      ...shownState(this.cache, view, Date.now()),
      config: shownConfig(this.cache, view),
      results: results.map((sample) => ({ ...sample, at: new Date(sample.at).toISOString() })),
      incidents: view.incidents.map(({ n, incident }) => shownIncident(n, incident)).sort((a, b) => b.n - a.n),
      told: state?.told ?? {},
      owed: view.owed.map(({ alerter, alert, createdAt }) => ({ alerter, type: alert.type, createdAt })),
      held: state?.held ?? {},
      ack: shownAck(this.cache, name),
      pause: shownPause(this.cache, name),
      calls,
      assignment: assignment
        ? { workerId: assignment.workerId, phase: assignment.phase, assignedAt: assignment.assignedAt }
        : null,
      uptime,
      budget: budget && { ...budget, burning: shownBurning(state) },
      revision: view.declared.revision,
    };
  }

  private async callsOf({ name, settings, declared }: MonitorView): Promise<StateDetail['calls']> {
    if (!settings || !monitorTypes.get(settings.type)?.calls) return null;
    const { record } = await this.node.stores.push.read(name);
    if (!record || record.createRevision !== declared?.createRevision) return null;
    return { last: record.last?.at ?? null, awaitedSince: record.awaitedSince };
  }

  /** Also a result that no dump has yet. */
  private latestResults({ name, looked }: MonitorView): Sample[] {
    const samples = this.cache.history(name);
    return looked && looked.at > (samples.at(-1)?.at ?? 0) ? [...samples, looked] : samples;
  }
}

/** Uptime costs more than the rest, so it is read only for those who ask. */
function asksForUptime(raw: RawQuery): boolean {
  return raw['uptime'] !== undefined || [raw['sort'] ?? []].flat().join(',').includes('uptime-');
}

function flagOf(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw DomainError.invalid([fault(`/${name}`, text, 'true or false')]);
}
