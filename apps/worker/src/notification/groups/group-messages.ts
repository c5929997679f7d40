import { Injectable, Optional } from '@nestjs/common';
import { type Alert, type AlerterSettings, type DeliveryRecord, guarded } from '@9volt/contracts';
import type { Retryable } from '@9volt/alerters';
import { ClusterNode, type Compare } from '@9volt/etcd-dal';
import type { OwedNotification } from '../../outbox/outbox-view.js';
import { Attempts } from '../attempts.js';
import { pauseAfter } from '../backoff.js';
import { recordOf } from '../delivery-record.js';
import { DeliveryReport } from '../delivery-report.js';
import { DeliverySettings } from '../delivery-settings.js';
import { EtcdDeliveryLedger } from '../etcd-delivery-ledger.js';
import { untilSettled } from '../until-settled.js';
import { composeGroup } from './compose-group.js';
import type { Group } from './group.js';

/** A storm has thousands, and until an entry is settled another worker may send it again. */
const AT_ONCE = 32;

/** Sends the message of a group that this process owns, and records what became of each of its notifications. */
@Injectable()
export class GroupMessages {
  private readonly abort = new AbortController();

  constructor(
    private readonly node: ClusterNode,
    private readonly attempts: Attempts,
    private readonly ledger: EtcdDeliveryLedger,
    private readonly report: DeliveryReport,
    @Optional() private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {}

  /** Gives the messages in progress some time to end, then aborts them. */
  async stop(ended: () => Promise<void>): Promise<void> {
    const patience = setTimeout(
      guarded('the end of group messages', () => this.abort.abort()),
      this.settings.stopMs,
    );
    await ended();
    clearTimeout(patience);
  }

  /** Alarms that nobody began to send, and their resolves. */
  async cancel(group: Group, owed: readonly OwedNotification[]): Promise<void> {
    const claimedAt = group.owned?.claimedAt ?? Number.POSITIVE_INFINITY;
    await severalAtOnce(byMonitor(owed), async (queue) => {
      if (queue.length < 2) return;
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
    });
  }

  async send(group: Group, owed: readonly OwedNotification[], settings: AlerterSettings): Promise<void> {
    const fences = this.fencesOf(group);
    if (!fences || !(await this.node.stores.group.holds(fences))) {
      group.owned = undefined;
      return;
    }
    const batch = sameReach(owed);
    for (const { key } of batch) group.begun.add(key);
    group.attempts++;
    const startedAt = performance.now();
    const alert: Alert = composeGroup(batch, group.by);
    const [first] = batch as [OwedNotification];
    const outcome = await this.attempts.make(settings, alert, {
      signal: this.abort.signal,
      unclearBefore: group.unclear,
      reached: first.entry.reached ?? [],
      onUnclear: (why) => this.report.unclear(first, group.attempts, why),
    });
    if (outcome.outcome === 'retryable' && !this.isRestDone(group, outcome)) {
      if (this.abort.signal.aborted) return;
      const now = performance.now();
      group.unclear ||= outcome.cause === 'unclear';
      group.notBefore = pauseAfter(outcome, group.attempts, { startedAt, now }, this.settings.random()).notBefore;
      this.report.failed(first, group.attempts, outcome);
      const { reached = [] } = outcome;
      if (reached.length <= (first.entry.reached?.length ?? 0)) return;
      // The others have this message: they wait for the interval until the next.
      Object.assign(group, { pendingSince: undefined, sentAt: now });
      for (const one of batch) await this.ledger.noteReached(one, reached, () => this.fencesOf(group));
      return;
    }
    const at = new Date().toISOString();
    const { attempts } = group;
    Object.assign(group, {
      attempts: 0,
      unclear: false,
      notBefore: 0,
      reachedSince: undefined,
      pendingSince: undefined,
      sentAt: performance.now(),
    });
    const settled =
      outcome.outcome === 'retryable' ? { outcome: 'delivered' as const, answer: outcome.answer } : outcome;
    await severalAtOnce(byMonitor(batch), async (queue) => {
      for (const one of queue) await this.settle(group, one, recordOf(one, settled, attempts, at));
    });
    group.begun.clear();
    if (group.owned) group.owned = await this.node.stores.group.sent(group.owned, this.node.memberId, at);
  }

  /** Whether those of several recipients that lack it were tried for long enough. */
  private isRestDone(group: Group, { reached = [] }: Retryable): boolean {
    if (reached.length === 0) return false;
    const now = performance.now();
    group.reachedSince ??= now;
    return now - group.reachedSince >= this.settings.restMs;
  }

  private async settle(group: Group, owed: OwedNotification, record: DeliveryRecord): Promise<void> {
    const isSettled = await untilSettled(() => this.ledger.settle(owed, record, () => this.fencesOf(group)), {
      signal: this.abort.signal,
      onError: (error) => this.report.unwritten(owed.monitor, error),
    });
    if (isSettled) this.report.settled(owed, record);
  }

  private fencesOf({ owned }: Group): Compare[] | undefined {
    if (!owned || !this.node.isMember) return undefined;
    return [this.node.stores.group.owns(owned), this.node.session.fence];
  }
}

/** Those that the same recipients have: first what nobody has, so that nobody gets a message twice. */
function sameReach(owed: readonly OwedNotification[]): OwedNotification[] {
  const reachOf = ({ entry }: OwedNotification): string => [...(entry.reached ?? [])].sort().join();
  const least = owed.map(reachOf).sort()[0];
  return owed.filter((one) => reachOf(one) === least);
}

function byMonitor(owed: readonly OwedNotification[]): OwedNotification[][] {
  const queues = new Map<string, OwedNotification[]>();
  for (const one of owed) {
    const queue = queues.get(one.monitor);
    if (queue) queue.push(one);
    else queues.set(one.monitor, [one]);
  }
  return [...queues.values()];
}

async function severalAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const one = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
