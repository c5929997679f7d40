import {
  type DerivedStatus,
  DERIVED_STATUSES,
  DomainError,
  fault,
  type IncidentRecord,
  type Sample,
  type ToldStatus,
} from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { bySeverity } from '../cache/derive-status.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { invalid } from '../common/invalid.js';
import { by, commaList, pageOf, type RawQuery, readListQuery, unknownNames } from '../common/list-query.js';
import { streamId } from '../common/stream-id.js';
import { shownConfig, type ShownState, shownState } from './state-shape.js';

interface Candidate {
  view: MonitorView;
  status: DerivedStatus;
}

export interface ShownIncident extends IncidentRecord {
  n: number;
}

export interface StateDetail extends ShownState {
  /** Oldest first. */
  results: (Omit<Sample, 'at'> & { at: string })[];
  /** Newest first. */
  incidents: ShownIncident[];
  /** What each alerter was last told of the open incident. */
  told: Record<string, ToldStatus>;
  /** Notifications not delivered yet. */
  owed: { alerter: string; type: string; createdAt: string }[];
  assignment: { workerId: string; phase: string; assignedAt: string } | null;
  revision: number;
}

@Injectable()
export class StatesService {
  constructor(private readonly cache: ClusterCache) {}

  /** Every monitor, whether it has a state or not. */
  list(raw: RawQuery): { total: number; eventId: string; body: ShownState[] } {
    const now = Date.now();
    const query = readListQuery<Candidate>(raw, {
      filters: ['status', 'tags', 'type', 'owner', 'q', 'config'],
      sorts: {
        name: by(({ view }) => view.name),
        status: (a, b) => bySeverity(a.status, b.status),
        since: by(({ view }) => view.state?.since),
        lastRun: by(({ view }) => view.latest?.at),
        latency: by(({ view }) => view.latest?.latencyMs),
        type: by(({ view }) => view.settings?.type),
        owner: by(({ view }) => view.assignment?.workerId),
      },
      fallback: by(({ view }) => view.name),
    });
    const { items, total } = pageOf(this.matching(query.filters, now), query);
    const withConfig = flagOf('config', query.filters['config'] ?? 'true');
    const body = items.map(({ view }) => ({
      ...shownState(this.cache, view, now),
      ...(withConfig ? { config: shownConfig(view) } : {}),
    }));
    return { total, eventId: streamId(this.cache.clusterId, this.cache.revision), body };
  }

  get(name: string): StateDetail {
    const view = this.cache.monitors.get(name);
    if (!view?.declared) throw new DomainError('not-found', `Unable to find any check named '${name}'`);
    const { assignment, state } = view;
    return {
      ...shownState(this.cache, view, Date.now()),
      config: shownConfig(view),
      results: this.cache.history(name).map((sample) => ({ ...sample, at: new Date(sample.at).toISOString() })),
      incidents: view.incidents.map(({ n, incident }) => ({ ...incident, n })).sort((a, b) => b.n - a.n),
      told: state?.told ?? {},
      owed: view.owed.map(({ alerter, alert, createdAt }) => ({ alerter, type: alert.type, createdAt })),
      assignment: assignment
        ? { workerId: assignment.workerId, phase: assignment.phase, assignedAt: assignment.assignedAt }
        : null,
      revision: view.declared.revision,
    };
  }

  private *matching(filters: Record<string, string>, now: number): Generator<Candidate> {
    const [types, tags, owners] = ['type', 'tags', 'owner'].map((name) => commaList(filters[name]));
    const statuses = statusesOf(filters['status']);
    const q = (filters['q'] ?? '').toLowerCase();
    for (const view of this.cache.monitors.values()) {
      if (!view.exists) continue;
      const { settings } = view;
      if (types && !types.has(settings?.type ?? '')) continue;
      if (tags && !settings?.tags?.some((tag) => tags.has(tag))) continue;
      if (owners && !this.isOwnedBy(view, owners)) continue;
      const status = this.cache.status(view, now);
      if (statuses && !statuses.has(status)) continue;
      if (q !== '' && !view.searchable.includes(q) && !view.state?.message.toLowerCase().includes(q)) continue;
      yield { view, status };
    }
  }

  /** By id or by name. */
  private isOwnedBy(view: MonitorView, owners: ReadonlySet<string>): boolean {
    const id = view.assignment?.workerId;
    return id !== undefined && (owners.has(id) || owners.has(this.cache.members.live.get(id)?.Name ?? ''));
  }
}

function flagOf(name: string, text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid([fault(`/${name}`, text, 'true or false')]);
}

function statusesOf(text: string | undefined): ReadonlySet<string> | undefined {
  const asked = commaList(text);
  const faults = unknownNames('/status', 'status', asked ?? [], DERIVED_STATUSES);
  if (faults.length > 0) throw invalid(faults);
  return asked;
}
