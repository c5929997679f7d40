import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryRecord, IncidentRecord } from '@9volt/contracts';
import { ClusterNode, type Compare, type StoredIncident } from '@9volt/etcd-dal';
import { OutboxView, type OwedNotification } from '../outbox/outbox-view.js';
import { cancelOut, type Queued, type Notified } from './cancel-out.js';

/** Well within what one transaction takes. */
const MAX_CANCELLED = 100;

/** What deliveries read and write in etcd. Throws what etcd throws; nothing is tried again here. */
@Injectable()
export class DeliveryLedger {
  constructor(
    @Inject(ClusterNode) private readonly node: Pick<ClusterNode, 'stores'>,
    @Inject(OutboxView) private readonly view: Pick<OutboxView, 'gone'>,
  ) {}

  /** Whether it is owed still, and by us. */
  isOwed(owed: OwedNotification, fences: readonly Compare[]): Promise<boolean> {
    return this.node.stores.outbox.isOwed(owed, fences);
  }

  /**
   * Removes what was delivered or given up, and notes it with its incident, in one transaction. Answers false when it must be
   * tried again, or a fence does not hold.
   */
  async settle(owed: OwedNotification, delivery: DeliveryRecord, fences: readonly Compare[]): Promise<boolean> {
    const { incident, outbox } = this.node.stores;
    const found = await incident.find(owed.monitor, owed.entry.incident);
    // Whoever else removed it, for the same reason, settled it.
    const revision = (await outbox.settle(owed, found, delivery, fences)) ?? (await outbox.goneAt(owed));
    if (revision === undefined) return false;
    this.view.gone([owed.key], revision);
    return true;
  }

  /** Removes an alarm that is out of date. Fenced, as {@link cancel} is. */
  async withdraw(owed: OwedNotification, fences: readonly Compare[]): Promise<boolean> {
    const revision = await this.node.stores.outbox.cancel([owed], undefined, fences);
    if (revision !== undefined) this.view.gone([owed.key], revision);
    return revision !== undefined;
  }

  /**
   * Removes what cancels out. Fenced: from the moment another worker owns the monitor it may have begun to send the alarm. Answers false when
   * something changed meanwhile.
   */
  async cancel(
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: readonly Compare[],
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    const { stores } = this.node;
    const records = new Map<string, StoredIncident | undefined>();
    for (const { owed } of queue) {
      const { incident } = owed.entry;
      if (!records.has(incident)) records.set(incident, await stores.incident.find(owed.monitor, incident));
    }
    const notifiedOf = (incident: string): Notified =>
      notifiedHere(incident) ? 'yes' : notifiedBy(queue, records.get(incident)?.record);
    const cancelled: OwedNotification[] = [];
    for (const needless of cancelOut(queue, notifiedOf)) {
      const together = needless.slice(0, MAX_CANCELLED);
      const record = records.get(together[0]?.entry.incident ?? '');
      const revision = await stores.outbox.cancel(together, record, fences);
      if (revision === undefined) return { settled: false, cancelled };
      this.view.gone(
        together.map(({ key }) => key),
        revision,
      );
      cancelled.push(...together);
    }
    return { settled: true, cancelled };
  }
}

/** Each delivery is noted in the transaction that removes it: without a note nothing has left the queue. */
function notifiedBy(queue: readonly Queued[], record: IncidentRecord | undefined): Notified {
  if (!record) return 'unknown';
  const alerter = queue[0]?.owed.alerter;
  return (record.notifications ?? []).some((delivery) => delivery.alerter === alerter) ? 'yes' : 'no';
}
