import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Optional } from '@nestjs/common';
import type { Retryable } from '@9volt/alerters';
import type { AlerterSettings, DeliveryRecord } from '@9volt/contracts';
import type { Compare } from '@9volt/etcd-dal';
import { InFlight } from '../outbox/in-flight.js';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';
import { Attempts } from './attempts.js';
import { pauseAfter } from './backoff.js';
import type { Queued } from './cancel-out.js';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySettings } from './delivery-settings.js';
import { recordOf } from './delivery-record.js';
import { isRestDone, type Lane } from './lane.js';
import { OwedQueues } from './owed-queues.js';
import { Settling } from './settling.js';

const RETRY_MS = 50;
/** When etcd says that a notification is not ours to send although our views say so: the views are about to change. */
const VIEWS_CATCH_UP_MS = 250;

/** Carries out one step of a lane, as `planDelivery` decided it, and records the outcome in the lane. */
@Injectable()
export class DeliverySteps {
  private readonly alerterNotBefore = new Map<string, number>();
  /** By lane, the open incident of which this process notified the alerter. */
  private readonly told = new Map<string, string>();
  private readonly abort = new AbortController();
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly owed: OwedQueues,
    private readonly inFlight: InFlight,
    private readonly settling: Settling,
    private readonly attempts: Attempts,
    private readonly report: DeliveryReport,
    @Optional() private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {}

  /** Permits no further send; resolves when those in progress have ended, or were aborted. */
  async stop(): Promise<void> {
    this.stopping ??= this.drain();
    await this.stopping;
  }

  /** Whether this worker may send about a monitor now. */
  isPermitted(monitor: string): boolean {
    return !this.stopping && this.owed.maySend(monitor);
  }

  /** The pending notifications that are left on a lane. */
  leftOf(lane: Lane): OutboxQueue {
    return lane.left(this.owed.queue(lane.monitor, lane.alerter));
  }

  /** Earliest time of anything to an alerter. */
  earliest(alerter: string): number {
    return this.alerterNotBefore.get(alerter) ?? 0;
  }

  /** New settings justify another attempt at once. */
  retryNow(alerter: string): void {
    this.alerterNotBefore.delete(alerter);
  }

  /** Nobody else may have begun to send entries that were queued under our own assignment, as long as that assignment exists. */
  queued(lane: Lane, queue: OutboxQueue): Queued[] {
    const ours = this.owed.oursSince(lane.monitor);
    return queue.map((owed) => ({ owed, mayHaveBeenSent: owed.createRevision <= ours || lane.attempted(owed) }));
  }

  async send(lane: Lane, owed: OwedNotification, settings: AlerterSettings): Promise<void> {
    const head = lane.head(owed);
    const { monitor, entry } = owed;
    const replyTo = entry.alert.note ? await this.settling.replyTo(owed) : undefined;
    const isOwed = await this.settling.isOwed(owed, () => this.fencesOf(monitor));
    if (!isOwed || !this.isPermitted(monitor)) {
      head.notBefore = performance.now() + VIEWS_CATCH_UP_MS;
      return;
    }
    head.attempts++;
    this.told.set(lane.key, entry.incident);
    this.settling.begin(owed);
    const startedAt = performance.now();
    const overdue = new AbortController();
    const outcome = await this.attempts.make(settings, entry.alert, {
      signal: AbortSignal.any([this.abort.signal, overdue.signal]),
      unclearBefore: head.unclear,
      reached: head.reached,
      replyTo,
      onUnclear: (why) => {
        lane.giveUp = () => overdue.abort();
        this.report.unclear(owed, head.attempts, why);
        // Its next owner does not wait for an answer that may never come.
        if (this.inFlight.isWanted(monitor)) lane.giveUp();
      },
    });
    lane.giveUp = undefined;
    const { restMs, restWhileOthersWaitMs } = this.settings;
    const limitMs = this.leftOf(lane).length > 1 ? restWhileOthersWaitMs : restMs;
    if (outcome.outcome === 'retryable' && isRestDone(head, outcome, limitMs, performance.now())) {
      await this.settle(lane, owed, { outcome: 'delivered', answer: outcome.answer, notice: outcome.answer });
    } else if (outcome.outcome === 'retryable') await this.postpone(lane, owed, outcome, startedAt);
    else await this.settle(lane, owed, outcome);
  }

  async drop(lane: Lane, owed: OwedNotification, why: string): Promise<void> {
    await this.settle(lane, owed, { outcome: 'dropped', answer: why });
  }

  async cancel(lane: Lane, queue: OutboxQueue): Promise<void> {
    const notifiedHere = (incident: string): boolean => this.told.get(lane.key) === incident;
    const fences = (): Compare[] | undefined => this.fencesOf(lane.monitor);
    const { settled, cancelled } = await this.settling.cancel(
      lane.monitor,
      this.queued(lane, queue),
      notifiedHere,
      fences,
    );
    for (const owed of cancelled) {
      this.forget(lane, owed);
      this.report.cancelled(owed);
    }
    if (settled) lane.examinedUpTo = queue.at(-1)?.key;
    else await this.pauseFor(RETRY_MS);
  }

  async withdraw(lane: Lane, owed: OwedNotification): Promise<void> {
    const isWithdrawn = await this.settling.withdraw(owed, () => this.fencesOf(lane.monitor));
    if (!isWithdrawn) return this.pauseFor(VIEWS_CATCH_UP_MS);
    this.forget(lane, owed);
    this.report.cancelled(owed);
  }

  private async postpone(lane: Lane, owed: OwedNotification, outcome: Retryable, startedAt: number): Promise<void> {
    // Aborted by our own stop: not an answer of the provider.
    if (this.abort.signal.aborted) return;
    const head = lane.head(owed);
    const pause = pauseAfter(outcome, head.attempts, { startedAt, now: performance.now() }, this.settings.random());
    head.unclear ||= outcome.cause === 'unclear';
    head.notBefore = pause.notBefore;
    if (pause.alerterNotBefore !== undefined) this.alerterNotBefore.set(lane.alerter, pause.alerterNotBefore);
    this.report.failed(owed, head.attempts, outcome);
    const { reached = [] } = outcome;
    if (reached.length <= (owed.entry.reached?.length ?? 0)) return;
    await this.settling.noteReached(owed, reached, () => this.fencesOf(owed.monitor));
  }

  private async settle(
    lane: Lane,
    owed: OwedNotification,
    ended: Pick<DeliveryRecord, 'outcome' | 'answer' | 'reference'> & { notice?: string },
  ): Promise<void> {
    const { notice, ...outcome } = ended;
    const record = recordOf(owed, outcome, lane.head(owed).attempts, new Date().toISOString());
    const fences = (): Compare[] | undefined => this.fencesOf(owed.monitor);
    if (!(await this.settling.settle(owed, record, { fences, signal: this.abort.signal }))) return;
    this.forget(lane, owed);
    this.report.settled(owed, record, notice);
  }

  private forget(lane: Lane, owed: OwedNotification): void {
    const { alert, incident } = owed.entry;
    lane.remove(owed);
    if (alert.type === 'resolve' && this.told.get(lane.key) === incident) this.told.delete(lane.key);
  }

  private fencesOf(monitor: string): Compare[] | undefined {
    return this.stopping ? undefined : this.owed.fencesOf(monitor);
  }

  private async pauseFor(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.abort.signal }).catch(() => undefined);
  }

  private async drain(): Promise<void> {
    const until = performance.now() + this.settings.stopMs;
    while (this.inFlight.busy && performance.now() < until) await sleep(10);
    this.abort.abort();
    while (this.inFlight.busy && performance.now() < until + 1_000) await sleep(10);
  }
}
