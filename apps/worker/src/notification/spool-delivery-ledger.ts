import { Injectable } from '@nestjs/common';
import type { DeliveryRecord } from '@9volt/contracts';
import { Detachment } from '../ledger/detachment.js';
import type { Spool } from '../ledger/spool.js';
import { Spools } from '../ledger/spools.js';
import { OutboxView, type OwedNotification } from '../outbox/outbox-view.js';
import { cancelOut, type Queued } from './cancel-out.js';
import type { DeliveryLedger } from './delivery-ledger.js';

/** Records deliveries in the spools, as long as etcd accepts none, and until it has their content. */
@Injectable()
export class SpoolDeliveryLedger implements DeliveryLedger {
  /** The content of the outbox view when this worker became detached. */
  private knownUntil = 0;

  constructor(
    private readonly detachment: Detachment,
    private readonly spools: Spools,
    private readonly outbox: OutboxView,
  ) {
    detachment.onChange((active) => {
      if (active) this.knownUntil = outbox.revision;
    });
  }

  /** Whether the deliveries of a monitor are recorded here. */
  isInUse(monitor: string): boolean {
    return this.detachment.active || this.spools.get(monitor) !== undefined;
  }

  /** It is being sent. */
  begin(owed: OwedNotification): void {
    this.spools.get(owed.monitor)?.begin(owed);
  }

  /**
   * Asks nobody. Entries that the worker sees only now, because a watch is back before the worker is, belong to the new owner,
   * which has sent them.
   */
  isOwed(owed: OwedNotification): Promise<boolean> {
    return Promise.resolve(owed.createRevision <= this.knownUntil || this.isOurs(owed));
  }

  /** Only etcd knows. */
  replyTo(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  settle(owed: OwedNotification, record: DeliveryRecord): Promise<'done' | 'again' | 'lost'> {
    const spool = this.spools.openOwned(owed.monitor);
    spool?.settle(owed, record);
    if (spool) return Promise.resolve('done');
    // For a monitor that is no longer ours: etcd must learn what was delivered, as soon as it can.
    return Promise.resolve(record.outcome === 'delivered' ? 'again' : 'lost');
  }

  noteReached(owed: OwedNotification, reached: readonly string[]): Promise<void> {
    this.spools.get(owed.monitor)?.noteReached(owed, reached);
    return Promise.resolve();
  }

  /** Entries in etcd stay until etcd can be asked. */
  withdraw(): Promise<boolean> {
    return Promise.resolve(false);
  }

  cancel(queue: readonly Queued[]): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    const [first] = queue;
    const spool = first && this.spools.openOwned(first.owed.monitor);
    return Promise.resolve(
      spool ? { settled: true, cancelled: cancelInMemory(queue, spool) } : { settled: false, cancelled: [] },
    );
  }

  /** Whether this worker put it into etcd, or into its spool. */
  private isOurs({ monitor, alerter, key }: OwedNotification): boolean {
    const spooled = this.spools.get(monitor)?.queue(alerter) ?? [];
    return this.outbox.isOwn(key) || spooled.some((local) => local.key === key);
  }
}

/** Entries in etcd of an incident stay: without etcd nobody knows whether they were sent. */
function cancelInMemory(queue: readonly Queued[], spool: Spool): OwedNotification[] {
  const inEtcd = new Set(queue.filter(({ owed }) => !owed.local).map(({ owed }) => owed.entry.incident));
  const local = queue.filter(({ owed }) => !inEtcd.has(owed.entry.incident));
  const cancelled = cancelOut(local, (incident) =>
    spool.wasNotified(incident, local[0]?.owed.alerter ?? '') ? 'yes' : 'no',
  ).flat();
  for (const owed of cancelled) spool.forget(owed);
  return cancelled;
}
