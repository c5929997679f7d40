import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { OutboxEntry } from '@9volt/contracts';
import { type Change, ClusterNode, Informer, type Item } from '@9volt/etcd-dal';

/** A notification owed, with the revisions of its key. */
export interface OwedNotification {
  key: string;
  monitor: string;
  alerter: string;
  entry: OutboxEntry;
  createRevision: number;
  modRevision: number;
  /** Decided while detached: it is in memory only, or also in etcd when a write of it went unanswered. */
  local?: 'only' | 'perhaps-in-etcd';
}

/** What is owed to one alerter about one monitor, in the order of delivery: a snapshot. */
export type OutboxQueue = readonly OwedNotification[];

/**
 * What is owed, as etcd's outbox has it: of the whole cluster, so that an heir has it before its assignment. A queue is ordered by the
 * revision at which etcd accepted an entry, since the clocks of an owner and its heir may differ; ids order those of one transaction.
 */
@Injectable()
export class OutboxView implements OnApplicationShutdown {
  /** Queues are replaced, never changed: whoever holds one has a snapshot. */
  private readonly queues = new Map<string, Map<string, OutboxQueue>>();
  private readonly listeners = new Set<(monitor: string, alerter: string) => void>();
  private readonly informer: Informer<OutboxEntry>;
  private listed = false;
  private starting: Promise<void> | undefined;

  constructor(@Inject(ClusterNode) private readonly node: ClusterNode) {
    this.informer = new Informer<OutboxEntry>(node.client, {
      ...node.stores.outbox.watched,
      onChange: (change) => this.apply(change),
      guard: node.guard,
    });
  }

  /** Resolves once the outbox is listed; may be called by everybody who needs it. */
  async start(): Promise<void> {
    this.starting ??= this.informer.start().then(() => {
      this.listed = true;
    });
    await this.starting;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  /**
   * Whether nothing is owed about this monitor. False until the outbox is listed; who has just written to it waits for
   * {@link reached} before believing this.
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

  /** Told after each change. Must not throw or block: it enqueues. */
  onChange(listener: (monitor: string, alerter: string) => void): void {
    this.listeners.add(listener);
  }

  queue(monitor: string, alerter: string): OutboxQueue {
    return this.queues.get(monitor)?.get(alerter) ?? [];
  }

  /** Alerters to which something is owed about a monitor. */
  alertersOf(monitor: string): string[] {
    return [...(this.queues.get(monitor)?.keys() ?? [])];
  }

  get monitors(): string[] {
    return [...this.queues.keys()];
  }

  /** How many notifications are owed. */
  get depth(): number {
    return this.informer.items.size;
  }

  /** Milliseconds since the oldest one was decided; 0 when nothing is owed. */
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
    if (before) this.remove(monitor, alerter, key);
    if (after) this.add(monitor, alerter, after);
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
