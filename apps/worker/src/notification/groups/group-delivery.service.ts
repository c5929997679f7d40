import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type AlerterSettings, messageOf, parseDuration } from '@9volt/contracts';
import { ClusterNode, WorkQueue } from '@9volt/etcd-dal';
import { Detachment } from '../../ledger/detachment.js';
import { OutboxView, type OwedNotification } from '../../outbox/outbox-view.js';
import { OwnedMonitors } from '../../owned/owned-monitors.js';
import { AlerterCache } from '../alerter-cache.js';
import { DeliveryReport } from '../delivery-report.js';
import { groupId, groupOf, isGrouping } from './compose-group.js';
import { type Group, newGroup } from './group.js';
import { GroupMessages } from './group-messages.js';

const RETRY_MS = 1_000;
/** How long until a worker without the group looks whether its owner is gone. */
const LOOK_EVERY_MS = 2_000;
const DEFAULT_INTERVAL = '5m';

/**
 * Delivers to alerters that group their notifications: one message about all that is pending in a group. Each group has one owner
 * among the workers, fenced in etcd; any worker with a monitor in it replaces an owner that is no member any more. What is pending
 * stays in the outbox until it is delivered, so the next owner sends the rest. A detached worker sends its own notifications singly.
 */
@Injectable()
export class GroupDeliveryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly groups = new Map<string, Group>();
  private readonly queue: WorkQueue<string>;
  private stopping = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly outbox: OutboxView,
    private readonly monitors: OwnedMonitors,
    private readonly alerters: AlerterCache,
    private readonly messages: GroupMessages,
    private readonly detachment: Detachment,
    report: DeliveryReport,
  ) {
    this.queue = new WorkQueue((key) => this.advance(key), {
      retryMs: RETRY_MS,
      onError: (key, error) => report.trouble(`the group ${key}`, messageOf(error)),
    });
  }

  onApplicationBootstrap(): void {
    this.outbox.onChange((monitor, alerter) => this.notice(monitor, alerter));
    this.alerters.onChange((name) => this.alerterChanged(name));
  }

  /** The safety net below the changes; also finds owners that are gone. */
  @Interval(LOOK_EVERY_MS)
  look(): void {
    for (const monitor of this.outbox.monitors) {
      for (const alerter of this.outbox.alertersOf(monitor)) this.notice(monitor, alerter);
    }
    for (const key of this.groups.keys()) this.queue.add(key);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Starts no more sends, waits a while for those in progress, and gives its groups to others. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.queue.stop();
    await this.messages.stop(() => this.queue.done());
    for (const { owned, begun } of this.groups.values()) {
      // What it began to send may have arrived: the next owner must know that there was another.
      if (owned && begun.size === 0) await this.node.stores.group.release(owned).catch(() => undefined);
    }
  }

  private alerterChanged(name: string): void {
    for (const [key, group] of this.groups) {
      if (group.alerter !== name) continue;
      group.notBefore = 0;
      this.queue.add(key);
    }
    for (const monitor of this.outbox.monitors) this.notice(monitor, name);
  }

  private notice(monitor: string, alerter: string): void {
    const settings = this.groupingOf(alerter);
    const [first] = settings ? this.outbox.queue(monitor, alerter) : [];
    if (!settings || !first) return;
    const by = groupOf(settings, first.entry.alert);
    const key = `${alerter}/${groupId(by)}`;
    if (!this.groups.has(key)) this.groups.set(key, newGroup(alerter, by));
    this.queue.add(key);
  }

  private async advance(key: string): Promise<void> {
    const group = this.groups.get(key);
    if (!group) return;
    const settings = this.groupingOf(group.alerter);
    const owed = settings ? this.pendingOf(group, settings) : [];
    if (!settings || owed.length === 0) return this.rest(key, group, settings);
    if (this.stopping || this.detachment.active || !this.node.isMember) return;
    const now = performance.now();
    group.pendingSince ??= now;
    if (!(await this.own(key, group, owed))) return;
    const intervalMs = parseDuration(settings['group-interval'] ?? DEFAULT_INTERVAL);
    const dueAt = Math.max(
      group.pendingSince + parseDuration(settings['group-wait'] as string),
      (group.sentAt ?? Number.NEGATIVE_INFINITY) + intervalMs,
      group.notBefore,
    );
    if (now < dueAt) return this.queue.add(key, dueAt - now + 1);
    await this.messages.cancel(group, owed);
    const left = this.pendingOf(group, settings);
    if (left.length > 0) await this.messages.send(group, left, settings);
    this.queue.add(key);
  }

  /** Nothing is pending: the group is kept as long as its interval lasts, so that a new storm waits for its turn. */
  private async rest(key: string, group: Group, settings: AlerterSettings | undefined): Promise<void> {
    group.pendingSince = undefined;
    group.begun.clear();
    const intervalMs = parseDuration(settings?.['group-interval'] ?? DEFAULT_INTERVAL);
    const until = settings && group.owned && group.sentAt !== undefined ? group.sentAt + intervalMs : 0;
    const now = performance.now();
    if (now < until) return this.queue.add(key, until - now + 1);
    this.groups.delete(key);
    if (group.owned) await this.node.stores.group.release(group.owned);
  }

  private async own(key: string, group: Group, owed: readonly OwedNotification[]): Promise<boolean> {
    if (group.owned) return true;
    if (!owed.some(({ monitor }) => this.monitors.owns(monitor))) return false;
    if (performance.now() < group.nextClaimAt) return false;
    const id = groupId(group.by);
    const owned = await this.node.stores.group.claim(group.alerter, id, this.node.memberId, [this.node.session.fence]);
    if (!owned) {
      group.nextClaimAt = performance.now() + LOOK_EVERY_MS;
      this.queue.add(key, LOOK_EVERY_MS + 1);
      return false;
    }
    group.owned = owned;
    if (owned.lastSentAt !== undefined) {
      // By another worker's clock: never in the future, and never longer ago than it matters.
      const agoMs = Math.max(0, Date.now() - Date.parse(owned.lastSentAt));
      group.sentAt = performance.now() - agoMs;
    }
    return true;
  }

  private pendingOf({ alerter, by }: Group, settings: AlerterSettings): OwedNotification[] {
    return this.outbox.monitors.flatMap((monitor) => {
      // Lanes send notes singly.
      const queue = this.outbox.queue(monitor, alerter).filter(({ entry }) => !entry.alert.note);
      return queue[0] && groupOf(settings, queue[0].entry.alert) === by ? queue : [];
    });
  }

  private groupingOf(alerter: string): AlerterSettings | undefined {
    const lookup = this.alerters.get(alerter);
    return lookup.state === 'ready' && isGrouping(lookup.settings) ? lookup.settings : undefined;
  }
}
