import {
  type Alert,
  type ByName,
  byName,
  type HandedIncident,
  type IncidentRecord,
  monitorPath,
  type MonitorSettings,
  type MonitorState,
  type OpenIncident,
  type OutboxEntry,
  pageAddress,
  type ResolveReason,
  thresholdsOf,
  type AlarmStatus,
} from '@9volt/contracts';
import { continues } from './evaluate.js';
import { isNotified } from './verdict.js';
import { type KnownIncident, knownIncidents } from './known-incidents.js';

/** What an alert says beside the state. */
export interface AlertFacts {
  prefix: string;
  monitor: string;
  settings: MonitorSettings;
  /** What is checked, for a person. */
  target: string;
  worker: string;
  publicUrl?: string | undefined;
  now: number;
  /** Mints the id of an outbox entry; later calls answer greater ones. */
  newId: () => string;
}

/** What must be written with the next state. */
export interface Owed {
  /** What every alerter has been told once the entries are delivered. */
  told: ByName<AlarmStatus>;
  entries: OutboxEntry[];
  /** The incident that was open in what is stored, and no longer is. */
  closed?: { incident: OpenIncident; reason: ResolveReason };
  /** The incident whose record is new, or differs from what is stored. */
  current?: OpenIncident;
}

/**
 * The difference between what is stored and what is to be stored next (nothing, when the monitor is removed). Level-triggered: it
 * compares what each alerter was last told with what it must be told, so that an evaluation that was not written is no loss, and
 * one that is written again owes nothing twice. `handed` is what was told without being stored.
 */
export function owedNotifications(
  stored: MonitorState | undefined,
  next: MonitorState | undefined,
  facts: AlertFacts,
  reasonOfRemoval: ResolveReason = 'removed',
  handed: readonly HandedIncident[] = [],
): Owed {
  const entries: OutboxEntry[] = [];
  const before = stored?.incident ?? undefined;
  const open = next?.incident ?? undefined;
  const known = knownIncidents(stored, handed);
  let closed: Owed['closed'];
  for (const one of known) {
    if (one.incident.id === open?.id) continue;
    const reason = reasonOf(one, next, reasonOfRemoval);
    if (one.incident.id === before?.id) closed = { incident: one.incident, reason };
    entries.push(...one.unanswered);
    for (const alerter of Object.keys(one.told).sort()) {
      entries.push(entryOf(alerter, one.incident, resolveOf(one, reason, facts), facts));
    }
  }
  const kept = known.find(({ incident }) => incident.id === open?.id);
  const told = byName(kept?.told);
  if (kept) entries.push(...kept.unanswered);
  if (!next || !open || next.status === 'ok') return { told, entries, ...(closed ? { closed } : {}) };

  const { status } = next;
  const recipients = isNotified(status, next.count, thresholdsOf(facts.settings))
    ? recipientsOf(status, facts.settings)
    : [];
  if (open.warned && status !== 'warning') {
    // The warning came and went before it could be written.
    const later = new Set(recipients);
    for (const alerter of recipientsOf('warning', facts.settings)) {
      if (told[alerter] !== undefined || later.has(alerter)) continue;
      told[alerter] = 'warning';
      entries.push(entryOf(alerter, open, alarmOf(next, open, 'warning', facts), facts));
    }
  }
  for (const alerter of recipients) {
    if (told[alerter] === status && !kept?.unsure.has(alerter)) continue;
    told[alerter] = status;
    entries.push(entryOf(alerter, open, alarmOf(next, open, status, facts), facts));
  }
  const changed = before?.id !== open.id || before.worst !== open.worst;
  return { told, entries, ...(closed ? { closed } : {}), ...(changed ? { current: open } : {}) };
}

/** What of `entries` was sent to etcd before, without an answer, as it was sent: so that it cannot be in the outbox twice. */
export function withKnownIds(entries: readonly OutboxEntry[], sent: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.map((entry) => sent.find((one) => isSame(one, entry)) ?? entry);
}

function isSame(a: OutboxEntry, b: OutboxEntry): boolean {
  return a.alerter === b.alerter && a.incident === b.incident && a.alert.type === b.alert.type;
}

/** Who is told of a status, once it is told at all ({@link isNotified}). Others keep what they were told. */
export function recipientsOf(status: AlarmStatus, settings: MonitorSettings): string[] {
  const warning = settings['warning-alerter'] ?? [];
  const critical = settings['critical-alerter'] ?? [];
  switch (status) {
    case 'warning':
      return unique(warning);
    case 'critical':
      return unique(critical);
    case 'unknown':
      return unique(critical.length > 0 ? critical : warning);
  }
}

export function recordOf(incident: OpenIncident, message: string): IncidentRecord {
  return {
    id: incident.id,
    openedAt: incident.openedAt,
    closedAt: null,
    worst: incident.worst,
    message,
    notifications: [],
  };
}

function reasonOf(known: KnownIncident, next: MonitorState | undefined, reasonOfRemoval: ResolveReason): ResolveReason {
  if (!next) return reasonOfRemoval;
  if (continues(known, next)) return 'recovered';
  // The owner of the time could not say so itself.
  return known.createRevision === next.createRevision ? 'changed' : 'removed';
}

function alarmOf(state: MonitorState, incident: OpenIncident, status: AlarmStatus, facts: AlertFacts): Alert {
  return {
    type: status,
    ...common(state, incident, facts),
    monitorType: facts.settings.type,
    target: facts.target,
    status,
  };
}

function resolveOf(known: KnownIncident, reason: ResolveReason, facts: AlertFacts): Alert {
  const unchanged = reason !== 'changed' && reason !== 'removed';
  return {
    type: 'resolve',
    reason,
    ...common(known, known.incident, facts),
    // After a change of the target, or of the monitor behind the name, the incident was about what it was then.
    monitorType: unchanged ? facts.settings.type : typeOf(known.target, facts.settings.type),
    target: unchanged ? facts.target : describedTarget(known.target),
    status: 'ok',
  };
}

function common(
  state: Pick<MonitorState, 'message' | 'count'>,
  incident: OpenIncident,
  { prefix, monitor, settings, worker, publicUrl, now }: AlertFacts,
): Omit<Alert, 'type' | 'monitorType' | 'target' | 'status'> {
  return {
    monitor,
    ...(settings.description === undefined ? {} : { description: settings.description }),
    tags: [...(settings.tags ?? [])],
    worst: incident.worst,
    message: state.message,
    ...(incident.expected === undefined ? {} : { expected: incident.expected }),
    ...(incident.found === undefined ? {} : { found: incident.found }),
    since: incident.openedAt,
    at: new Date(now).toISOString(),
    attempts: state.count,
    warningThreshold: settings['warning-threshold'] ?? 0,
    criticalThreshold: settings['critical-threshold'] ?? 0,
    worker,
    key: `${prefix}/${monitor}/${incident.id}`,
    ...(publicUrl ? { link: pageAddress(publicUrl, monitorPath(monitor)) } : {}),
  };
}

function entryOf(alerter: string, incident: OpenIncident, alert: Alert, facts: AlertFacts): OutboxEntry {
  return { id: facts.newId(), alerter, incident: incident.id, alert, createdAt: new Date(facts.now).toISOString() };
}

/** How a state names what it is about: compared to tell whether an edit changed the target. */
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

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
