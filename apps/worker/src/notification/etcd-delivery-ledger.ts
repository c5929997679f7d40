import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryRecord, IncidentRecord } from '@9volt/contracts';
import { ClusterNode, type StoredIncident } from '@9volt/etcd-dal';
import { OutboxView, type OwedNotification } from '../outbox/outbox-view.js';
import { cancelOut, type Queued, type Notified } from './cancel-out.js';
import type { DeliveryLedger, Fences } from './delivery-ledger.js';

/** Well within one transaction. */
const MAX_CANCELLED = 100;

/** Records deliveries in etcd. Throws etcd's errors; it retries nothing. */
@Injectable()
export class EtcdDeliveryLedger implements DeliveryLedger {
  constructor(
    @Inject(ClusterNode) private readonly node: Pick<ClusterNode, 'stores'>,
    @Inject(OutboxView) private readonly view: Pick<OutboxView, 'gone' | 'replaced' | 'revision'>,
  ) {}

  /** If etcd does not answer, our own clock decides: as long as our lease surely holds, nobody else has the monitor. */
  async isOwed(owed: OwedNotification, fences: Fences): Promise<boolean> {
    const held = fences();
    if (!held) return false;
    const ownedSince = Math.max(...held.map(({ value }) => value));
    // A view from before this worker had the monitor may show what the owner before has delivered.
    return this.node.stores.outbox.isOwed(owed, held).catch(() => this.view.revision >= ownedSince);
  }

  async replyTo({ monitor, alerter, entry }: OwedNotification): Promise<string | undefined> {
    const found = await this.node.stores.incident.find(monitor, entry.incident);
    const sent = found?.record?.notifications.find((one) => one.alerter === alerter && one.reference !== undefined);
    return sent?.reference;
  }

  /** Records it in the incident, in the transaction that removes it. */
  async settle(owed: OwedNotification, delivery: DeliveryRecord, fences: Fences): Promise<'done' | 'again' | 'lost'> {
    const { incident, outbox } = this.node.stores;
    const held = delivery.outcome === 'delivered' ? [] : fences();
    if (!held) return 'lost';
    const found = await incident.find(owed.monitor, owed.entry.incident);
    // Somebody else removed it for the same reason: settled.
    const revision = (await outbox.settle(owed, found, delivery, held)) ?? (await outbox.goneAt(owed));
    if (revision === undefined) return 'again';
    this.view.gone([owed.key], revision);
    return 'done';
  }

  async noteReached(owed: OwedNotification, reached: readonly string[], fences: Fences): Promise<void> {
    const held = fences();
    if (!held) return;
    const entry = { ...owed.entry, reached };
    const revision = await this.node.stores.outbox.replace(owed, entry, held);
    if (revision !== undefined) this.view.replaced(owed, entry, revision);
  }

  /** Fenced, like {@link cancel}. */
  async withdraw(owed: OwedNotification, fences: Fences): Promise<boolean> {
    const held = fences();
    if (!held) return false;
    const revision = await this.node.stores.outbox.cancel([owed], undefined, held);
    if (revision !== undefined) this.view.gone([owed.key], revision);
    return revision !== undefined;
  }

  /** Fenced: once another worker owns the monitor, it may have begun to send the alarm. */
  async cancel(
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: Fences,
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    const held = fences();
    if (!held) return { settled: false, cancelled: [] };
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
      const revision = await stores.outbox.cancel(together, record, held);
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

/** Each delivery is recorded in the transaction that removes it: without a record nothing has left the queue. */
function notifiedBy(queue: readonly Queued[], record: IncidentRecord | undefined): Notified {
  if (!record) return 'unknown';
  const alerter = queue[0]?.owed.alerter;
  return (record.notifications ?? []).some((delivery) => delivery.alerter === alerter) ? 'yes' : 'no';
}
