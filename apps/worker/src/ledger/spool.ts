import {
  byName,
  type DeliveryRecord,
  type HandedIncident,
  type NotifiedStatus,
  type MonitorState,
  type OpenIncident,
  type OutboxEntry,
  ownOf,
  type ResolveReason,
} from '@9volt/contracts';
import { failuresOf, worse } from '../evaluation/evaluate.js';
import { isBurn } from '../evaluation/burn-notices.js';
import { numberOf } from '../evaluation/known-incidents.js';
import { stateTarget } from '../evaluation/alert-of.js';
import { type Owed, withKnownIds } from '../evaluation/owed.js';
import type { OwedNotification } from '../outbox/outbox-view.js';
import type { Handed } from './state-change.js';

/** A decision about a monitor: the next state and its notifications. */
export interface Decided {
  next: MonitorState;
  owed: Owed;
}

/** As many incidents as 9volt keeps of a monitor. */
const MAX_INCIDENTS = 15;
const MAX_DELIVERIES = 30;
/** How many fit into one transaction; the rest is sent once more. */
const MAX_KEYS = 30;

/**
 * A detached worker's decisions and notifications about one monitor: in memory, what etcd would contain if it accepted writes. Pure
 * data, without clock or connection.
 */
export class Spool {
  private readonly incidents = new Map<string, HandedIncident>();
  /** By alerter; queues are replaced, never changed. */
  private readonly queues = new Map<string, readonly OwedNotification[]>();
  /** By incident and alerter, the last notification. */
  private readonly sent = new Map<string, { owed: OwedNotification; answered: boolean }>();
  /** Keys of the outbox that may be in etcd and whose notifications are no longer pending. */
  private readonly obsolete = new Map<string, { alerter: string; deliveredAlarm: boolean }>();
  /** Handbacks of others that it began with: by key, their revision. */
  private readonly known = new Map<string, number>();
  /** By incident and alerter, what others sent. */
  private readonly notified = new Set<string>();
  /** Grows with each change. */
  version = 0;
  /** What etcd held. */
  private readonly before: MonitorState | undefined;

  constructor(
    readonly monitor: string,
    /** What etcd would contain. */
    public state: MonitorState | undefined,
    private readonly keyOf: (entry: OutboxEntry) => string,
  ) {
    this.before = state;
  }

  /** Applies the decision about a result. `sent`: entries that an unanswered write may have put into etcd under these ids. */
  take({ next, owed }: Decided, now: number, sent: readonly OutboxEntry[] = []): void {
    this.version++;
    const at = new Date(now).toISOString();
    if (owed.closed && this.state) {
      const { incident, reason } = owed.closed;
      this.close(this.of(incident, this.state), at, reason);
    }
    if (owed.current) this.of(owed.current, next);
    if (next.incident) this.follow(next.incident, next);
    for (const entry of withKnownIds(owed.entries, sent)) this.enqueue(entry, sent.includes(entry));
    this.state = next;
  }

  /** Its first decision took into account what others handed back. */
  beginWith({ incidents, compare }: Pick<Handed, 'incidents' | 'compare'>): void {
    for (const { key, value } of compare) this.known.set(key, value);
    for (const { incident, told } of incidents)
      for (const alerter of Object.keys(told)) this.notified.add(sentKey(incident.id, alerter));
  }

  knows({ key, modRevision }: { key: string; modRevision: number }): boolean {
    return this.known.get(key) === modRevision;
  }

  queue(alerter: string): readonly OwedNotification[] {
    return this.queues.get(alerter) ?? [];
  }

  /** Alerters with pending notifications. */
  get alerters(): string[] {
    return [...this.queues.keys()];
  }

  /** It is being sent; from now on it may have arrived. */
  begin(owed: OwedNotification): void {
    this.version++;
    this.sent.set(sentKey(owed.entry.incident, owed.alerter), { owed, answered: false });
  }

  /** Some of its recipients have it: its entry says so from now on. */
  noteReached(owed: OwedNotification, reached: readonly string[]): void {
    this.version++;
    const noted = { ...owed, entry: { ...owed.entry, reached } };
    this.sent.set(sentKey(owed.entry.incident, owed.alerter), { owed: noted, answered: false });
    const queue = this.queue(owed.alerter).map((one) => (one.key === owed.key ? noted : one));
    if (queue.length > 0) this.queues.set(owed.alerter, queue);
  }

  /** It was delivered, or dropped for good. */
  settle(owed: OwedNotification, record: DeliveryRecord): void {
    const { entry } = owed;
    const incident = this.ofEntry(entry);
    this.sent.set(sentKey(entry.incident, owed.alerter), { owed, answered: true });
    incident.notifications = [...incident.notifications, record].slice(-MAX_DELIVERIES);
    this.forget(owed, record.outcome === 'delivered');
  }

  /** It needs not be sent any more. */
  forget(owed: OwedNotification, delivered = false): void {
    this.version++;
    const deliveredAlarm = delivered && owed.entry.alert.type !== 'resolve';
    if (owed.local !== 'only') this.obsolete.set(owed.key, { alerter: owed.alerter, deliveredAlarm });
    const left = this.queue(owed.alerter).filter(({ key }) => key !== owed.key);
    if (left.length > 0) this.queues.set(owed.alerter, left);
    else this.queues.delete(owed.alerter);
  }

  /** Whether an alerter was notified of an incident, by anybody. */
  wasNotified(incident: string, alerter: string): boolean {
    const stored = this.before?.incident?.id === incident ? ownOf(this.before.told, alerter) : undefined;
    const key = sentKey(incident, alerter);
    return stored !== undefined || this.notified.has(key) || this.sent.has(key);
  }

  /** Whether the notification of an entry of the outbox is no longer pending. */
  isSettled(key: string): boolean {
    return this.obsolete.has(key);
  }

  /** Keys of the outbox that the owner removes. */
  get obsoleteKeys(): string[] {
    return [...this.obsolete.keys()].slice(0, MAX_KEYS);
  }

  /**
   * Keys of the outbox that are removed whoever owns the monitor: delivered alarms, one for an alerter. If an alerter got several,
   * the owner may have begun with the first, and must continue to the last.
   */
  get deliveredAlarms(): string[] {
    const obsolete = [...this.obsolete.entries()];
    const alone = obsolete.filter(
      ([key, { alerter, deliveredAlarm }]) =>
        deliveredAlarm && obsolete.every(([other, one]) => other === key || one.alerter !== alerter),
    );
    return alone.map(([key]) => key).slice(0, MAX_KEYS);
  }

  /**
   * The notifications, oldest first. Waiting ones are not included: the owner decides about them again. For another owner, entries
   * that waited in the outbox are included: it may have sent the same, and more, before us.
   */
  handed(to: 'ourselves' | 'another'): HandedIncident[] {
    const incidents = new Map([...this.incidents].map(([id, incident]) => [id, copyOf(incident)]));
    // Whom the owner notified of the error budget stands in the state.
    for (const id of incidents.keys()) if (isBurn(id)) incidents.delete(id);
    for (const { owed, answered } of this.sent.values()) {
      const { entry, local } = owed;
      // Entries that waited in the outbox are included as far as our own state goes.
      if ((!local && to === 'ourselves') || isBurn(entry.incident)) continue;
      const incident = incidents.get(entry.incident) ?? ofAlert(entry);
      incidents.set(entry.incident, incident);
      incident.told = { ...incident.told, [owed.alerter]: heardOf(entry, answered) };
      if (!answered && local && entry.alert.type !== 'resolve') incident.unanswered.push(entry);
    }
    const sorted = [...incidents.values()].sort((a, b) => numberOf(a.incident.id) - numberOf(b.incident.id));
    return sorted.filter((incident, index) => isOpenToSomebody(incident) || index >= sorted.length - MAX_INCIDENTS);
  }

  private enqueue(entry: OutboxEntry, sent: boolean): void {
    const { monitor } = this;
    const local = sent ? ('perhaps-in-etcd' as const) : ('only' as const);
    const key = this.keyOf(entry);
    // After all that etcd accepted.
    const createRevision = Number.POSITIVE_INFINITY;
    const owed = { key, monitor, alerter: entry.alerter, entry, createRevision, modRevision: 0, local };
    this.queues.set(entry.alerter, [...this.queue(entry.alerter), owed]);
  }

  private of(incident: OpenIncident, state: MonitorState): HandedIncident {
    const known = this.incidents.get(incident.id);
    if (known) return known;
    const { target, message } = state;
    const handed = { ...blank(incident), target, message, count: failuresOf(state) };
    this.incidents.set(incident.id, handed);
    this.prune();
    return handed;
  }

  private ofEntry(entry: OutboxEntry): HandedIncident {
    const known = this.incidents.get(entry.incident);
    if (known) return known;
    const handed = ofAlert(entry);
    this.incidents.set(entry.incident, handed);
    return handed;
  }

  /** The facts about an incident are those of its last failure. */
  private follow(incident: OpenIncident, state: MonitorState): void {
    const known = this.incidents.get(incident.id);
    if (!known) return;
    known.incident = { ...incident, worst: worse(known.incident.worst, incident.worst) };
    known.message = state.message;
    known.count = failuresOf(state);
  }

  /** A target that flaps for hours must not fill the memory. */
  private prune(): void {
    if (this.incidents.size <= 2 * MAX_INCIDENTS) return;
    const waiting = new Set([...this.queues.values()].flat().map(({ entry }) => entry.incident));
    for (const [id, incident] of this.incidents) {
      if (incident.closedAt === null || waiting.has(id) || this.isOpenToSomebody(id)) continue;
      this.incidents.delete(id);
      for (const [key, { owed }] of this.sent) if (owed.entry.incident === id) this.sent.delete(key);
      return;
    }
  }

  private isOpenToSomebody(id: string): boolean {
    for (const { owed, answered } of this.sent.values()) {
      if (owed.entry.incident === id && heardOf(owed.entry, answered) !== 'resolved') return true;
    }
    return false;
  }

  private close(incident: HandedIncident, at: string, reason: ResolveReason): void {
    incident.closedAt = at;
    incident.reason = reason;
  }
}

function sentKey(incident: string, alerter: string): string {
  return `${incident} ${alerter}`;
}

/** An alarm without an answer counts as sent. */
function heardOf({ alert }: OutboxEntry, answered: boolean): NotifiedStatus {
  if (alert.type !== 'resolve') return alert.type;
  return answered ? 'resolved' : 'perhaps-resolved';
}

function blank(incident: OpenIncident): Omit<HandedIncident, 'target' | 'message' | 'count'> {
  return { incident, closedAt: null, told: byName(), unanswered: [], notifications: [] };
}

/** Of an incident that was pending before the worker was cut off. */
function ofAlert({ incident: id, alert }: OutboxEntry): HandedIncident {
  const { since: openedAt, worst, message, attempts: count, monitorType, target } = alert;
  return { ...blank({ id, openedAt, worst }), target: stateTarget(monitorType, target), message, count };
}

function copyOf(incident: HandedIncident): HandedIncident {
  return { ...incident, told: byName(incident.told), unanswered: [...incident.unanswered] };
}

function isOpenToSomebody({ told }: HandedIncident): boolean {
  return Object.values(told).some((heard) => heard !== 'resolved');
}
