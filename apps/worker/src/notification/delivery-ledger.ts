import type { DeliveryRecord } from '@9volt/contracts';
import type { Compare } from '@9volt/etcd-dal';
import type { OwedNotification } from '../outbox/outbox-view.js';
import type { Queued } from './cancel-out.js';

/** What must hold in etcd for us to decide about a notification; undefined when it surely does not. */
export type Fences = () => Compare[] | undefined;

/**
 * Where it is noted what became of notifications: etcd, or the spools of this worker while etcd does not have what it told. `Settling` chooses
 * it, once for each step.
 */
export interface DeliveryLedger {
  /** Whether it is owed still, and by us. */
  isOwed(owed: OwedNotification, fences: Fences): Promise<boolean>;

  /**
   * Removes what was delivered or given up, and notes it. What was delivered is removed whoever owns the monitor now; what was given up, only by
   * the owner. `again`: not now; `lost`: it is not ours.
   */
  settle(owed: OwedNotification, record: DeliveryRecord, fences: Fences): Promise<'done' | 'again' | 'lost'>;

  /** Removes an alarm that is out of date. Answers whether it is removed. */
  withdraw(owed: OwedNotification, fences: Fences): Promise<boolean>;

  /** Removes what cancels out. Answers what was, and whether all of it was. */
  cancel(
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: Fences,
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }>;
}
