import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryRecord, IncidentRecord } from '@9volt/contracts';
import { ClusterNode, commit, type Compare, decode, encode, type Op, unchanged } from '@9volt/etcd-dal';
import { cancelOut, type Queued, type Told } from './cancel-out.js';
import type { OwedNotification } from '../outbox/outbox-view.js';

/** The newest that are kept with an incident. */
const MAX_RECORDS = 100;
/** Well within what one transaction takes. */
const MAX_CANCELLED = 100;

interface FoundRecord {
  key: string;
  modRevision: number;
  record: IncidentRecord;
}

/** What deliveries read and write in etcd. Throws what etcd throws; nothing is tried again here. */
@Injectable()
export class DeliveryLedger {
  constructor(@Inject(ClusterNode) private readonly node: ClusterNode) {}

  /** Whether it is owed still, and by us. */
  async isOwed(owed: OwedNotification, fences: readonly Compare[]): Promise<boolean> {
    const answer = await this.node.client.txn({
      compare: [...fences, unchanged(owed.key, owed.modRevision)],
      then: [],
    });
    return answer.succeeded;
  }

  /**
   * Removes what was delivered or given up, and notes it with its incident, in one transaction. Answers false when it must be
   * tried again, or a fence does not hold.
   */
  async settle(owed: OwedNotification, delivery: DeliveryRecord, fences: readonly Compare[]): Promise<boolean> {
    const { client } = this.node;
    const found = await this.findIncident(owed.monitor, owed.entry.incident);
    const compare = [...fences, unchanged(owed.key, owed.modRevision)];
    const then: Op[] = [{ delete: owed.key }];
    if (found) {
      const notifications = [...(found.record.notifications ?? []), delivery].slice(-MAX_RECORDS);
      compare.push(unchanged(found.key, found.modRevision));
      then.push({ put: found.key, value: encode({ ...found.record, notifications }) });
    }
    const { outcome } = await commit(client, { compare, then });
    if (outcome === 'accepted') return true;
    // Whoever else removed it, for the same reason, settled it.
    return (await client.get(owed.key)) === undefined;
  }

  /**
   * Removes what cancels out. Fenced: from the moment another worker owns the monitor it may have begun to send the alarm. Answers false when
   * something changed meanwhile.
   */
  async cancel(
    queue: readonly Queued[],
    toldHere: (incident: string) => boolean,
    fences: readonly Compare[],
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    const records = new Map<string, FoundRecord>();
    for (const { owed } of queue) {
      const { incident } = owed.entry;
      const found = records.has(incident) ? undefined : await this.findIncident(owed.monitor, incident);
      if (found) records.set(incident, found);
    }
    const toldOf = (incident: string): Told =>
      toldHere(incident) ? 'yes' : toldBy(queue, records.get(incident)?.record);
    const cancelled: OwedNotification[] = [];
    for (const needless of cancelOut(queue, toldOf)) {
      const together = needless.slice(0, MAX_CANCELLED);
      const record = records.get((together[0] as OwedNotification).entry.incident);
      const { outcome } = await commit(this.node.client, {
        compare: [
          ...fences,
          ...together.map(({ key, modRevision }) => unchanged(key, modRevision)),
          ...(record ? [unchanged(record.key, record.modRevision)] : []),
        ],
        then: together.map(({ key }) => ({ delete: key })),
      });
      if (outcome === 'refused') return { settled: false, cancelled };
      cancelled.push(...together);
    }
    return { settled: true, cancelled };
  }

  /** A later monitor of the same name counts its incidents anew: the record must be of this very incident. */
  private async findIncident(monitor: string, incident: string): Promise<FoundRecord | undefined> {
    const n = Number(incident.slice(incident.lastIndexOf('.') + 1));
    if (!Number.isInteger(n)) return undefined;
    const key = this.node.keys.incident(monitor, n);
    const entry = await this.node.client.get(key);
    const record = entry && decode<IncidentRecord>(entry.value);
    return record?.id === incident ? { key, modRevision: entry?.modRevision ?? 0, record } : undefined;
  }
}

/** Each delivery is noted in the transaction that removes it: without a note nothing has left the queue. */
function toldBy(queue: readonly Queued[], record: IncidentRecord | undefined): Told {
  if (!record) return 'unknown';
  const alerter = queue[0]?.owed.alerter;
  return (record.notifications ?? []).some((delivery) => delivery.alerter === alerter) ? 'yes' : 'no';
}
