import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { OutboxEntry } from '@9volt/contracts';
import { type Change, ClusterNode, type Item, Watched } from '@9volt/etcd-dal';

/** A pending notification, with the revisions of its key. */
export interface OwedNotification {
  key: string;
  monitor: string;
  alerter: string;
  entry: OutboxEntry;
  createRevision: number;
  modRevision: number;
  /** Decided while detached: it is in memory only, or also in etcd if a write of it got no answer. */
  local?: 'only' | 'perhaps-in-etcd';
}

/** The pending notifications of one alerter about one monitor, in the order of delivery: a snapshot. */
export type OutboxQueue = readonly OwedNotification[];

/**
 * The pending notifications in etcd's outbox, of the whole cluster, so that the next owner has them before its assignment. A queue
 * is ordered by the
 * revision at which etcd accepted an entry, because the clocks of two owners may differ; ids order those of one transaction.
 *
 * Entries that this worker wrote or removed, and etcd accepted, count at once, whatever the watch has shown: a watch may be late by
 * any time.
 */
@Injectable()
export class OutboxView implements OnApplicationShutdown {
  /** Queues are replaced, never changed: a caller has a snapshot. */
  private readonly queues = new Map<string, Map<string, OutboxQueue>>();
  private readonly listeners = new Set<(monitor: string, alerter: string) => void>();
  private readonly informer: Watched<OutboxEntry>;
  /** Written by this worker, by key: at which revision. */
  private readonly own = new Map<string, { revision: number; monitor: string; alerter: string }>();
  /** Removed according to another source than the watch, by key: by which revision. Ids are unique, so none comes back. */
  private readonly removed = new Map<string, number>();
  /** By monitor, up to which revision this worker's own writes are here, as long as the watch has not reported them. */
  private readonly ownUntil = new Map<string, number>();
  private listed = false;

  constructor(private readonly node: ClusterNode) {
    this.informer = new Watched(node, node.stores.outbox.watched, {
      onChange: (change) => this.apply(change),
      onRevision: (revision) => this.passed(revision),
    });
  }

  /** Resolves once the outbox is listed; may be called by everybody who needs it. */
  async start(): Promise<void> {
    await this.informer.start();
    this.listed = true;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  /**
   * Whether nothing is pending about this monitor. False until the outbox is listed; after a write, wait for {@link reached} before
   * relying on this.
   */
  isEmpty(monitor: string): boolean {
    return this.listed && !this.queues.has(monitor);
  }

  /** The last revision of etcd that the view has. */
  get revision(): number {
    return this.informer.revision;
  }

  /** Resolves true once the view has this revision of etcd, false after `timeoutMs`. */
  async reached(revision: number, timeoutMs: number): Promise<boolean> {
    return this.informer.reached(revision, timeoutMs);
  }

  /** etcd has accepted these pending notifications of this worker at this revision. */
  wrote(monitor: string, entries: readonly OutboxEntry[], revision: number): void {
    if (revision > this.revision) this.ownUntil.set(monitor, revision);
    for (const entry of entries) {
      const key = this.node.stores.outbox.keyOf(monitor, entry);
      const { alerter } = entry;
      this.own.set(key, { revision, monitor, alerter });
      if (this.informer.get(key) || this.removed.has(key)) continue;
      this.add(monitor, alerter, { key, value: entry, createRevision: revision, modRevision: revision });
    }
    // Not before all of them are there: an alarm without its resolve would look outdated.
    for (const alerter of new Set(entries.map((entry) => entry.alerter))) this.emit(monitor, alerter);
  }

  /** etcd has accepted another value of an entry at this revision. */
  replaced({ key, monitor, alerter, createRevision }: OwedNotification, value: OutboxEntry, revision: number): void {
    if (!this.queue(monitor, alerter).some((owed) => owed.key === key && owed.modRevision < revision)) return;
    this.remove(monitor, alerter, key);
    this.add(monitor, alerter, { key, value, createRevision, modRevision: revision });
    this.emit(monitor, alerter);
  }

  /** These keys are not in etcd any more, at this revision. */
  gone(keys: readonly string[], revision: number): void {
    for (const key of keys) {
      const parsed = this.node.keys.parseOutbox(key);
      if (!parsed) continue;
      this.own.delete(key);
      this.removed.set(key, Math.max(revision, this.revision + 1));
      this.remove(parsed.monitor, parsed.alerter, key);
      this.emit(parsed.monitor, parsed.alerter);
    }
  }

  /** Whether all notifications about a monitor up to a revision of its state are here. */
  hasUntil(monitor: string, revision: number): boolean {
    return revision <= Math.max(this.revision, this.ownUntil.get(monitor) ?? 0);
  }

  /** Whether this worker wrote it. */
  isOwn(key: string): boolean {
    return this.own.has(key);
  }

  /** Called after each change. Must not throw or block: it enqueues. */
  onChange(listener: (monitor: string, alerter: string) => void): void {
    this.listeners.add(listener);
  }

  queue(monitor: string, alerter: string): OutboxQueue {
    return this.queues.get(monitor)?.get(alerter) ?? [];
  }

  /** Alerters with pending notifications about a monitor. */
  alertersOf(monitor: string): string[] {
    return [...(this.queues.get(monitor)?.keys() ?? [])];
  }

  get monitors(): string[] {
    return [...this.queues.keys()];
  }

  /** Number of pending notifications. */
  get depth(): number {
    return this.informer.items.size;
  }

  /** Milliseconds since the oldest one was decided; 0 if none is pending. */
  oldestAgeMs(nowMs = Date.now()): number {
    let oldest = nowMs;
    for (const { value } of this.informer.items.values()) {
      oldest = Math.min(oldest, Date.parse(value.createdAt) || nowMs);
    }
    return nowMs - oldest;
  }

  private apply({ key, before, after }: Change<OutboxEntry>): void {
    const parsed = this.node.keys.parseOutbox(key);
    if (!parsed) return;
    const { monitor, alerter } = parsed;
    if (before || this.own.has(key)) this.remove(monitor, alerter, key);
    if (!after) this.own.delete(key);
    else if (!this.removed.has(key)) this.add(monitor, alerter, after);
    this.emit(monitor, alerter);
  }

  /** The watch has reported everything up to a revision. */
  private passed(revision: number): void {
    for (const [monitor, at] of this.ownUntil) if (at <= revision) this.ownUntil.delete(monitor);
    for (const [key, at] of this.removed) if (at <= revision) this.removed.delete(key);
    for (const [key, { revision: writtenAt, monitor, alerter }] of this.own) {
      if (writtenAt > revision || this.informer.get(key)) continue;
      // Somebody else wrote and removed it before the watch reported it.
      this.own.delete(key);
      this.remove(monitor, alerter, key);
      this.emit(monitor, alerter);
    }
  }

  private emit(monitor: string, alerter: string): void {
    for (const listener of this.listeners) listener(monitor, alerter);
  }

  private add(monitor: string, alerter: string, { key, value, createRevision, modRevision }: Item<OutboxEntry>): void {
    let ofMonitor = this.queues.get(monitor);
    if (!ofMonitor) this.queues.set(monitor, (ofMonitor = new Map()));
    const owed = { key, monitor, alerter, entry: value, createRevision, modRevision };
    const queue = [...(ofMonitor.get(alerter) ?? []), owed];
    queue.sort((a, b) => a.createRevision - b.createRevision || (a.key < b.key ? -1 : 1));
    ofMonitor.set(alerter, queue);
  }

  private remove(monitor: string, alerter: string, key: string): void {
    const ofMonitor = this.queues.get(monitor);
    const left = ofMonitor?.get(alerter)?.filter((owed) => owed.key !== key) ?? [];
    if (left.length > 0) ofMonitor?.set(alerter, left);
    else ofMonitor?.delete(alerter);
    if (ofMonitor?.size === 0) this.queues.delete(monitor);
  }
}
