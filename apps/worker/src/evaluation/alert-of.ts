import {
  type Alert,
  monitorPath,
  type MonitorSettings,
  type MonitorState,
  type OpenIncident,
  type OutboxEntry,
  pageAddress,
  type ResolveReason,
  type AlarmStatus,
} from '@9volt/contracts';
import type { HoldRule, NoteRules } from './alarm.js';
import { failuresOf } from './evaluate.js';
import type { KnownIncident } from './known-incidents.js';

/** The facts of an alert beside the state. */
export interface AlertFacts {
  prefix: string;
  monitor: string;
  settings: MonitorSettings;
  /** The target, for a person. */
  target: string;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
  /** Makes the id of an outbox entry; later calls answer greater ones. */
  newId: () => string;
  /** What may hold back alarms; without it nothing does. */
  hold?: HoldRule | undefined;
  /** Without it no notes are sent, and what was sent counts. */
  notes?: NoteRules | undefined;
}

/** A closed incident in its last state. */
type Over = Pick<KnownIncident, 'incident' | 'target' | 'message' | 'count'>;

/** What a state says about a failure. */
type Failing = Pick<MonitorState, 'message' | 'count' | 'failures'>;

export function alarmOf(state: Failing, incident: OpenIncident, status: AlarmStatus, facts: AlertFacts): Alert {
  return {
    type: status,
    ...common(state, incident, facts),
    monitorType: facts.settings.type,
    target: facts.target,
    status,
  };
}

export function resolveOf(known: Over, reason: ResolveReason, facts: AlertFacts): Alert {
  const unchanged = reason !== 'changed' && reason !== 'removed';
  return {
    type: 'resolve',
    reason,
    ...common(known, known.incident, facts),
    // After a change of the target, or of the monitor behind the name, the alert describes the old one.
    monitorType: unchanged ? facts.settings.type : typeOf(known.target, facts.settings.type),
    target: unchanged ? facts.target : describedTarget(known.target),
    status: 'ok',
  };
}

function common(
  state: Failing,
  incident: OpenIncident,
  { prefix, monitor, settings, worker, publicUrl, now }: AlertFacts,
): Omit<Alert, 'type' | 'monitorType' | 'target' | 'status'> {
  return {
    monitor,
    ...(settings.description === undefined ? {} : { description: settings.description }),
    tags: [...(settings.tags ?? [])],
    ...(settings['member-tag'] === undefined ? {} : { memberTag: settings['member-tag'] }),
    worst: incident.worst,
    message: state.message,
    ...(incident.expected === undefined ? {} : { expected: incident.expected }),
    ...(incident.found === undefined ? {} : { found: incident.found }),
    since: incident.openedAt,
    at: new Date(now).toISOString(),
    attempts: failuresOf(state),
    warningThreshold: settings['warning-threshold'] ?? 0,
    criticalThreshold: settings['critical-threshold'] ?? 0,
    worker,
    key: `${prefix}/${monitor}/${incident.id}`,
    ...(publicUrl ? { link: pageAddress(publicUrl, monitorPath(monitor)) } : {}),
  };
}

export function entryOf(alerter: string, incident: OpenIncident, alert: Alert, facts: AlertFacts): OutboxEntry {
  return { id: facts.newId(), alerter, incident: incident.id, alert, createdAt: new Date(facts.now).toISOString() };
}

/** The target in a state, for comparison: whether an edit changed it. */
export function stateTarget(type: string, target: string): string {
  return `${type} ${target}`;
}

function typeOf(stored: string, otherwise: string): string {
  const end = stored.indexOf(' ');
  return end > 0 ? stored.slice(0, end) : otherwise;
}

function describedTarget(stored: string): string {
  return stored.slice(stored.indexOf(' ') + 1);
}
