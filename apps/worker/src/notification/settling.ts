import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type DeliveryRecord, messageOf } from '@9volt/contracts';
import type { Compare } from '@9volt/etcd-dal';
import { Detachment } from '../ledger/detachment.js';
import type { Spool } from '../ledger/spool.js';
import { Spools } from '../ledger/spools.js';
import { cancelOut, type Queued } from './cancel-out.js';
import { DeliveryLedger } from './delivery-ledger.js';
import { DeliveryReport } from './delivery-report.js';
import { OutboxView, type OwedNotification } from '../outbox/outbox-view.js';

const RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

/** What must hold in etcd for us to decide about a notification; undefined when it surely does not. */
type Fences = () => Compare[] | undefined;

/** Brings what became of notifications to etcd; while this worker is detached, to the spools. */
@Injectable()
export class Settling {
  /** What the view of the outbox had when this worker became detached. */
  private knownUntil = 0;

  constructor(
    private readonly ledger: DeliveryLedger,
    private readonly report: DeliveryReport,
    private readonly detachment: Detachment,
    private readonly spools: Spools,
    private readonly outbox: OutboxView,
  ) {
    detachment.onChange((active) => {
      if (active) this.knownUntil = outbox.revision;
    });
  }

  /**
   * Asks etcd right before each attempt, for our views may be late. When etcd does not answer our own clock decides: as long as our
   * lease surely stands nobody else has the monitor. A detached worker asks nobody: what it hears of only now, as a watch is back before
   * the worker is, an heir was owed and has told.
   */
  async isOwed(owed: OwedNotification, fences: Fences): Promise<boolean> {
    if (this.detachment.active) return this.isOwedAlone(owed);
    const held = fences();
    if (!held) return false;
    const ownedSince = Math.max(...held.map(({ value }) => value));
    // A view from before this worker had the monitor may show what its predecessor has delivered.
    const asked = this.ledger.isOwed(owed, held).catch(() => this.outbox.revision >= ownedSince);
    const isOwed = await this.detachment.unlessDetached(asked, 'detached' as const);
    return isOwed === 'detached' ? this.isOwedAlone(owed) : isOwed;
  }

  private isOwedAlone(owed: OwedNotification): boolean {
    return owed.createRevision <= this.knownUntil || this.isOurs(owed);
  }

  /** Whether this worker put it into etcd, or into its spool. */
  private isOurs({ monitor, alerter, key }: OwedNotification): boolean {
    const spooled = this.spools.get(monitor)?.queue(alerter) ?? [];
    return this.outbox.isOwn(key) || spooled.some((local) => local.key === key);
  }

  /** It is being sent. */
  begin(owed: OwedNotification): void {
    this.spools.get(owed.monitor)?.begin(owed);
  }

  /**
   * Removes it, however long that takes: the next of the lane must not overtake it in the eyes of an heir. What was delivered is
   * removed whoever owns the monitor now; what was given up, only by the owner. Answers whether it is settled.
   */
  async settle(
    owed: OwedNotification,
    record: DeliveryRecord,
    { fences, signal }: { fences: Fences; signal: AbortSignal },
  ): Promise<boolean> {
    for (let delayMs = RETRY_MS; ; delayMs = Math.min(MAX_RETRY_MS, delayMs * 2)) {
      const spool = this.spoolOf(owed.monitor);
      if (spool) {
        spool.settle(owed, record);
        return true;
      }
      const held = record.outcome === 'delivered' ? [] : fences();
      if (!held) return false;
      try {
        const settled = this.ledger.settle(owed, record, held);
        settled.catch(() => undefined);
        if (await this.detachment.unlessDetached(settled, false)) return true;
      } catch (error) {
        this.report.trouble(
          `the outbox of monitor "${owed.monitor}" could not be written; will retry`,
          messageOf(error),
        );
      }
      if (signal.aborted) return false;
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Removes an alarm that is out of date. Answers whether it is removed. */
  async withdraw(owed: OwedNotification, fences: Fences): Promise<boolean> {
    const held = fences();
    return held !== undefined && !this.spoolOf(owed.monitor) && this.ledger.withdraw(owed, held);
  }

  /** Removes what cancels out. Answers what was, and whether all of it was. */
  async cancel(
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: Fences,
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    const [first] = queue;
    const spool = first && this.spoolOf(first.owed.monitor);
    if (spool) return { settled: true, cancelled: cancelInMemory(queue, spool) };
    const held = fences();
    return held ? this.ledger.cancel(queue, notifiedHere, held) : { settled: false, cancelled: [] };
  }

  /** Where answers are noted as long as etcd does not take them, and until it has what was told meanwhile. */
  private spoolOf(monitor: string): Spool | undefined {
    return this.detachment.active ? this.spools.openOwned(monitor) : this.spools.get(monitor);
  }
}

/** What etcd has of an incident stays: without etcd nobody knows whether it was sent. */
function cancelInMemory(queue: readonly Queued[], spool: Spool): OwedNotification[] {
  const inEtcd = new Set(queue.filter(({ owed }) => !owed.local).map(({ owed }) => owed.entry.incident));
  const local = queue.filter(({ owed }) => !inEtcd.has(owed.entry.incident));
  const cancelled = cancelOut(local, (incident) =>
    spool.wasNotified(incident, local[0]?.owed.alerter ?? '') ? 'yes' : 'no',
  ).flat();
  for (const owed of cancelled) spool.forget(owed);
  return cancelled;
}
