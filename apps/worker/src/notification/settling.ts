import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type DeliveryRecord, messageOf } from '@9volt/contracts';
import { Detachment } from '../ledger/detachment.js';
import type { OwedNotification } from '../outbox/outbox-view.js';
import type { Queued } from './cancel-out.js';
import type { DeliveryLedger, Fences } from './delivery-ledger.js';
import { DeliveryReport } from './delivery-report.js';
import { EtcdDeliveryLedger } from './etcd-delivery-ledger.js';
import { SpoolDeliveryLedger } from './spool-delivery-ledger.js';

const RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

/** Chooses the ledger of a delivery; no other file does. */
@Injectable()
export class Settling {
  constructor(
    private readonly etcd: EtcdDeliveryLedger,
    private readonly spool: SpoolDeliveryLedger,
    private readonly detachment: Detachment,
    private readonly report: DeliveryReport,
  ) {}

  /** Call it right before each attempt, because our views may be late. */
  isOwed(owed: OwedNotification, fences: Fences): Promise<boolean> {
    return this.ask(owed.monitor, (ledger) => ledger.isOwed(owed, fences));
  }

  /** It is being sent. */
  begin(owed: OwedNotification): void {
    this.spool.begin(owed);
  }

  /**
   * Removes it, however long that takes: the next owner must not see a later one of the lane before it. Answers whether it is
   * settled.
   */
  async settle(
    owed: OwedNotification,
    record: DeliveryRecord,
    { fences, signal }: { fences: Fences; signal: AbortSignal },
  ): Promise<boolean> {
    for (let delayMs = RETRY_MS; ; delayMs = Math.min(MAX_RETRY_MS, delayMs * 2)) {
      try {
        const settled = await this.ask(owed.monitor, (ledger) => ledger.settle(owed, record, fences));
        if (settled !== 'again') return settled === 'done';
      } catch (error) {
        this.report.trouble(`could not write the outbox of monitor "${owed.monitor}"; will retry`, messageOf(error));
      }
      if (signal.aborted) return false;
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** See {@link DeliveryLedger.withdraw}. */
  withdraw(owed: OwedNotification, fences: Fences): Promise<boolean> {
    return this.ledgerOf(owed.monitor).withdraw(owed, fences);
  }

  /** See {@link DeliveryLedger.cancel}; all of a queue are of one monitor. */
  cancel(
    monitor: string,
    queue: readonly Queued[],
    notifiedHere: (incident: string) => boolean,
    fences: Fences,
  ): Promise<{ settled: boolean; cancelled: OwedNotification[] }> {
    return this.ledgerOf(monitor).cancel(queue, notifiedHere, fences);
  }

  /** Asks the ledger of a monitor; if this worker becomes detached before etcd answers, the spools. */
  private async ask<T>(monitor: string, question: (ledger: DeliveryLedger) => Promise<T>): Promise<T> {
    const ledger = this.ledgerOf(monitor);
    if (ledger === this.spool) return question(ledger);
    const asked = question(ledger).then((answer) => ({ answer }));
    asked.catch(() => undefined);
    const answered = await this.detachment.unlessDetached(asked, undefined);
    return answered ? answered.answer : question(this.spool);
  }

  private ledgerOf(monitor: string): DeliveryLedger {
    return this.spool.isInUse(monitor) ? this.spool : this.etcd;
  }
}
