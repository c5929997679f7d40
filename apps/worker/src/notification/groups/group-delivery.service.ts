import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import {
  type Alert,
  type AlerterSettings,
  type DeliveryRecord,
  guarded,
  messageOf,
  parseDuration,
} from '@9volt/contracts';
import { ClusterNode, type Compare, type OwnedGroup, WorkQueue } from '@9volt/etcd-dal';
import { Detachment } from '../../ledger/detachment.js';
import { OutboxView, type OwedNotification } from '../../outbox/outbox-view.js';
import { OwnedMonitors } from '../../owned/owned-monitors.js';
import { AlerterCache } from '../alerter-cache.js';
import { Attempts } from '../attempts.js';
import { pauseAfter } from '../backoff.js';
import { DeliveryReport } from '../delivery-report.js';
import { DeliverySettings } from '../delivery-settings.js';
import { EtcdDeliveryLedger } from '../etcd-delivery-ledger.js';
import { composeGroup, groupId, groupOf, isGrouping } from './compose-group.js';

const RETRY_MS = 1_000;
/** How long until a worker without the group looks whether its owner is gone. */
const LOOK_EVERY_MS = 2_000;
const DEFAULT_INTERVAL = '5m';

/** What this process knows of one group. */
interface Group {
  alerter: string;
  /** In words. */
  by: string;
  owned: OwnedGroup | undefined;
  /** When the first of the pending notifications was seen, by `performance.now()`. */
  pendingSince: number | undefined;
  /** When the last message was delivered, by `performance.now()`; an estimate if another worker sent it. */
  sentAt: number | undefined;
  attempts: number;
  unclear: boolean;
  notBefore: number;
  /** Incidents whose notifications this process began to send. */
  begun: Set<string>;
}

/**
 * Delivers to alerters that group their notifications: one message about all that is pending in a group. Each group has one owner
 * among the workers, fenced in etcd; any worker with a monitor in it replaces an owner that is no member any more. What is pending
 * stays in the outbox until it is delivered, so the next owner sends the rest. A detached worker sends its own notifications singly.
 */
@Injectable()
export class GroupDeliveryService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly groups = new Map<string, Group>();
  private readonly queue: WorkQueue<string>;
  private readonly abort = new AbortController();
  private stopping = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly outbox: OutboxView,
    private readonly monitors: OwnedMonitors,
    private readonly alerters: AlerterCache,
    private readonly attempts: Attempts,
    private readonly ledger: EtcdDeliveryLedger,
    private readonly detachment: Detachment,
    private readonly report: DeliveryReport,
    @Optional() private readonly settings: DeliverySettings = new DeliverySettings(),
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
    const patience = setTimeout(
      guarded('the end of group messages', () => this.abort.abort()),
      this.settings.stopMs,
    );
    await this.queue.done();
    clearTimeout(patience);
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
    await this.cancel(group, owed);
    const left = this.pendingOf(group, settings);
    if (left.length > 0) await this.send(group, left, settings);
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
    const id = groupId(group.by);
    const owned = await this.node.stores.group.claim(group.alerter, id, this.node.memberId, [this.node.session.fence]);
    if (!owned) {
      this.queue.add(key, LOOK_EVERY_MS);
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

  /** Alarms that nobody began to send, and their resolves. */
  private async cancel(group: Group, owed: readonly OwedNotification[]): Promise<void> {
    const byMonitor = new Map<string, OwedNotification[]>();
    for (const one of owed) byMonitor.set(one.monitor, [...(byMonitor.get(one.monitor) ?? []), one]);
    const claimedAt = group.owned?.claimedAt ?? Number.POSITIVE_INFINITY;
    for (const queue of byMonitor.values()) {
      if (queue.length < 2) continue;
      const queued = queue.map((one) => ({
        owed: one,
        mayHaveBeenSent: one.createRevision <= claimedAt || group.begun.has(one.key),
      }));
      const { cancelled } = await this.ledger.cancel(
        queued,
        () => false,
        () => this.fencesOf(group),
      );
      for (const one of cancelled) this.report.cancelled(one);
    }
  }

  private async send(group: Group, owed: readonly OwedNotification[], settings: AlerterSettings): Promise<void> {
    const fences = this.fencesOf(group);
    if (!fences || !(await this.node.stores.group.holds(fences))) {
      group.owned = undefined;
      return;
    }
    for (const { key } of owed) group.begun.add(key);
    group.attempts++;
    const startedAt = performance.now();
    const alert: Alert = composeGroup(owed, group.by);
    const [first] = owed as [OwedNotification];
    const outcome = await this.attempts.make(settings, alert, {
      signal: this.abort.signal,
      unclearBefore: group.unclear,
      reached: [],
      onUnclear: (why) => this.report.unclear(first, group.attempts, why),
    });
    if (outcome.outcome === 'retryable') {
      if (this.abort.signal.aborted) return;
      const now = performance.now();
      group.unclear ||= outcome.cause === 'unclear';
      group.notBefore = pauseAfter(outcome, group.attempts, { startedAt, now }, this.settings.random()).notBefore;
      this.report.failed(first, group.attempts, outcome);
      return;
    }
    const at = new Date().toISOString();
    const { attempts } = group;
    Object.assign(group, {
      attempts: 0,
      unclear: false,
      notBefore: 0,
      pendingSince: undefined,
      sentAt: performance.now(),
    });
    for (const one of owed) {
      const { alerter, entry } = one;
      const record: DeliveryRecord = { alerter, type: entry.alert.type, at, ...outcome, attempts };
      await this.settle(group, one, record);
    }
    group.begun.clear();
    if (group.owned) group.owned = await this.node.stores.group.sent(group.owned, this.node.memberId, at);
  }

  /** However long that takes: an entry that stays is sent once more. */
  private async settle(
    group: Group,
    owed: OwedNotification,
    { alerter, type, at, outcome, attempts, answer }: DeliveryRecord,
  ): Promise<void> {
    const record = { alerter, type, at, outcome, attempts, answer };
    for (let attempt = 1; !this.abort.signal.aborted; attempt++) {
      const settled = await this.ledger
        .settle(owed, record, () => this.fencesOf(group))
        .catch((error: unknown) => {
          if (attempt === 1)
            this.report.trouble(
              `the outbox of monitor "${owed.monitor}" could not be written; will retry`,
              messageOf(error),
            );
          return 'again' as const;
        });
      if (settled === 'done') this.report.settled(owed, record);
      if (settled !== 'again') return;
      await sleep(Math.min(2_000, 50 * 2 ** attempt), undefined, { ref: false });
    }
  }

  private pendingOf({ alerter, by }: Group, settings: AlerterSettings): OwedNotification[] {
    return this.outbox.monitors.flatMap((monitor) => {
      const queue = this.outbox.queue(monitor, alerter);
      return queue[0] && groupOf(settings, queue[0].entry.alert) === by ? queue : [];
    });
  }

  private fencesOf({ owned }: Group): Compare[] | undefined {
    if (!owned || !this.node.isMember) return undefined;
    return [this.node.stores.group.owns(owned), this.node.session.fence];
  }

  private groupingOf(alerter: string): AlerterSettings | undefined {
    const lookup = this.alerters.get(alerter);
    return lookup.state === 'ready' && isGrouping(lookup.settings) ? lookup.settings : undefined;
  }
}

function newGroup(alerter: string, by: string): Group {
  return {
    alerter,
    by,
    owned: undefined,
    pendingSince: undefined,
    sentAt: undefined,
    attempts: 0,
    unclear: false,
    notBefore: 0,
    begun: new Set(),
  };
}
