import {
  BURN_KINDS,
  type DerivedStatus,
  formatDuration,
  type IncidentRecord,
  intervalMsOf,
  isDisabled,
  type MonitorState,
  type Pause,
  type Sample,
  NO_MESSAGE,
  sentencesOf,
} from '@9volt/contracts';
import type { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { maskMonitor } from '../settings/settings-kind.js';
import type { ResultChange, ShownBurn, ShownIncident, ShownState } from './state.dto.js';

export function shownIncident(n: number, record: IncidentRecord): ShownIncident {
  return { ...record, n, comments: record.comments ?? [] };
}

export function shownState(cache: ClusterCache, view: MonitorView, now: number): ShownState {
  const { state, settings, latest, assignment } = view;
  const status = cache.status(view, now);
  const owner = assignment?.workerId ?? state?.owner ?? null;
  return {
    check: view.name,
    name: view.name,
    type: settings?.type ?? null,
    target: view.target ?? null,
    tags: settings?.tags ?? [],
    owner,
    ownerName:
      owner === null
        ? null
        : (cache.members.live.get(owner)?.Name ??
          (owner === state?.owner ? state.ownerName : cache.members.nameOf(owner))),
    status,
    stored: state?.status ?? null,
    reason: reasonOf(cache, view, status, now),
    since: state?.since ?? null,
    count: failuresOf(view),
    message: shownMessage(view),
    date: state?.date ?? null,
    lastRun: lastRunOf(view),
    latencyMs: latest?.latencyMs ?? null,
    performance: latest?.performance ?? [],
    nextDue: isoOf(status === 'disabled' ? undefined : nextDueAt(view, status, now)),
    incident: state?.incident?.id ?? null,
    origin: cache.origins.monitor.get(view.name) ?? null,
    quiet: cache.quiet.reasonOf(view, now),
    recovering: state?.incident ? (state.successes ?? 0) > 0 : false,
  };
}

/** Its newest result, as the stream sends it. */
export function lookedResult(view: MonitorView, sample: Sample): ResultChange {
  const at = new Date(sample.at).toISOString();
  return { name: view.name, result: { ...sample, at }, nextDue: isoOf(view.nextDueAt), count: failuresOf(view) };
}

/** The warnings about the error budget, the fast one first. */
export function shownBurning(state: MonitorState | undefined): ShownBurn[] {
  return BURN_KINDS.flatMap((kind) => {
    const open = state?.burning?.[kind];
    return open ? [{ kind, since: open.since, message: open.message, told: open.told, held: open.held ?? {} }] : [];
  });
}

/** Consecutive failures: those after the last change of the state are in the vitals only. */
function failuresOf({ state, failing }: MonitorView): number {
  if (!state || state.count === 0) return 0;
  const since = failing && failing.at >= Date.parse(state.date) ? failing.count : 0;
  return Math.max(since, state.failures ?? state.count);
}

/** Checks since the last dump are not known here, but their due times are. */
function nextDueAt(view: MonitorView, status: DerivedStatus, now: number): number | undefined {
  const due = view.nextDueAt;
  if (due === undefined || due >= now || status === 'stale' || !view.settings) return due;
  const intervalMs = intervalMsOf(view.settings);
  return due + Math.ceil((now - due) / intervalMs) * intervalMs;
}

/** The masked configuration; of a quarantined monitor, the last valid one that still runs, if any. */
export function shownConfig(cache: ClusterCache, view: MonitorView): Record<string, unknown> | null {
  const settings = view.settings ?? cache.lastGood(view);
  return settings ? maskMonitor(settings) : null;
}

/** Why a status is not the stored one. */
export function reasonOf(cache: ClusterCache, view: MonitorView, status: DerivedStatus, now: number): string | null {
  const { settings, lastResultAt, assignment } = view;
  switch (status) {
    case 'quarantined':
      return sentencesOf(view.refusal ?? []);
    case 'disabled': {
      const pause = cache.quiet.pauseOf(view.name, now);
      if (pause && settings && !isDisabled(settings, now)) return describePause(pause);
      return settings?.disable === true ? 'disabled' : `disabled until ${settings?.['disable-until'] ?? ''}`;
    }
    case 'maintenance':
      return `maintenance ${cache.quiet.stoppedBy(view, now) ?? ''}: no checks run`;
    case 'orphaned': {
      const tag = settings?.['member-tag'];
      return tag === undefined ? 'no running worker without tags' : `no running worker has the tag "${tag}"`;
    }
    case 'pending':
      return assignment ? 'assigned, no result yet' : 'not assigned yet';
    case 'stale':
      return lastResultAt === undefined
        ? 'its worker sends no results'
        : `no result for ${formatDuration(Math.max(0, Math.round((now - lastResultAt) / 1_000)) * 1_000)}`;
    case 'ok':
    case 'warning':
    case 'critical':
      return null;
    case 'unknown':
      // The last check could not judge the target, and its own message says why.
      return view.latest?.unjudged === true && view.state?.status === 'ok' ? (view.latest.message ?? null) : null;
  }
}

function describePause({ until, author, comment }: Pause): string {
  return `disabled until ${until}${author === undefined ? '' : ` by ${author}`}${comment ? `: ${comment}` : ''}`;
}

/** A success is not stored again: its message is in the last result. */
function shownMessage({ state, latest }: MonitorView): string {
  const isWell = state?.status === 'ok' && state.count === 0 && latest?.status === 'ok';
  return (isWell ? latest.message : undefined) ?? state?.message ?? NO_MESSAGE;
}

function lastRunOf({ latest, state }: MonitorView): string | null {
  const stored = state?.lastRunAt ?? null;
  if (!latest) return stored;
  const sampled = new Date(latest.at).toISOString();
  return stored !== null && stored > sampled ? stored : sampled;
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined || Number.isNaN(new Date(ms).getTime()) ? null : new Date(ms).toISOString();
}
