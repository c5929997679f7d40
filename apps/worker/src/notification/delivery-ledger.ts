import type { DeliveryRecord } from '@9volt/contracts';
import type { Compare } from '@9volt/etcd-dal';
import type { OwedNotification } from '../outbox/outbox-view.js';
import type { Queued } from './cancel-out.js';

/** The fences for a decision about a notification; undefined if they surely do not hold. */
export type Fences = () => Compare[] | undefined;

/**
 * Records the outcome of notifications: in etcd, or in the spools of this worker while etcd does not have their content. `Settling`
 * chooses it once for each step.
 */
export interface DeliveryLedger {
  /** Whether it is still pending, and ours. */
  isOwed(owed: OwedNotification, fences: Fences): Promise<boolean>;

  /** The provider's name of the first message about the same incident, if known. */
  replyTo(owed: OwedNotification): Promise<string | undefined>;

  /**
   * Removes a delivered or dropped notification, and records that. A delivered one is removed whoever owns the monitor now; a
   * dropped one only by the owner. `again`: not now; `lost`: it is not ours.
   */
  settle(owed: OwedNotification, record: DeliveryRecord, fences: Fences): Promise<'done' | 'again' | 'lost'>;

  /** Keeps with it which of several recipients have it, for whoever tries again. */
  noteReached(owed: OwedNotification, reached: readonly string[], fences: Fences): Promise<void>;

  /** Removes an outdated alarm. Answers whether it is removed. */
  withdraw(owed: OwedNotification, fences: Fences): Promise<boolean>;

  /** Removes entries that cancel out. Answers which, and whether all. */
  cancel(
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: Fences,
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }>;
}
