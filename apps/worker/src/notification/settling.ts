import { Injectable } from '@nestjs/common';
import { type DeliveryRecord, messageOf } from '@9volt/contracts';
import { Detachment } from '../ledger/detachment.js';
import type { OwedNotification } from '../outbox/outbox-view.js';
import type { Queued } from './cancel-out.js';
import type { DeliveryLedger, Fences } from './delivery-ledger.js';
import { DeliveryReport } from './delivery-report.js';
import { EtcdDeliveryLedger } from './etcd-delivery-ledger.js';
import { SpoolDeliveryLedger } from './spool-delivery-ledger.js';
import { untilSettled } from './until-settled.js';

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

  /** See {@link DeliveryLedger.replyTo}. */
  replyTo(owed: OwedNotification): Promise<string | undefined> {
    return this.ask(owed.monitor, (ledger) => ledger.replyTo(owed));
  }

  /** It is being sent. */
  begin(owed: OwedNotification): void {
    this.spool.begin(owed);
  }

  /** See {@link DeliveryLedger.noteReached}. If etcd does not take it, only this process knows. */
  async noteReached(owed: OwedNotification, reached: readonly string[], fences: Fences): Promise<void> {
    try {
      await this.ask(owed.monitor, (ledger) => ledger.noteReached(owed, reached, fences));
    } catch (error) {
      this.report.trouble(`could not note in the outbox of monitor "${owed.monitor}" who has it`, messageOf(error));
    }
  }

  /** Removes it. Answers whether it is settled. */
  settle(
    owed: OwedNotification,
    record: DeliveryRecord,
    { fences, signal }: { fences: Fences; signal: AbortSignal },
  ): Promise<boolean> {
    return untilSettled(() => this.ask(owed.monitor, (ledger) => ledger.settle(owed, record, fences)), {
      signal,
      onError: (error) => this.report.unwritten(owed.monitor, error),
    });
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
