import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Retryable } from '@9volt/alerters';
import { type AlerterSettings, type DeliveryRecord, messageOf } from '@9volt/contracts';
import type { Compare } from '@9volt/etcd-dal';
import { AlerterCache } from './alerter-cache.js';
import { Attempts } from './attempts.js';
import { pauseAfter } from './backoff.js';
import { cancelOut, type Queued } from './cancel-out.js';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySettings } from './delivery-settings.js';
import { InFlight } from '../outbox/in-flight.js';
import { isRestDone, Lane, laneKey } from './lane.js';
import type { OutboxQueue, OwedNotification } from '../outbox/outbox-view.js';
import { OwedQueues } from './owed-queues.js';
import { planDelivery, type Situation, type Step } from './plan-delivery.js';
import { Settling } from './settling.js';
import { Slots } from './slots.js';

const RETRY_MS = 50;
/** When etcd says that a notification is not ours to send although our views say so: they are about to change. */
const VIEWS_CATCH_UP_MS = 250;
const LOOK_EVERY_MS = 10_000;

/**
 * Delivers what is owed about the monitors of this worker: what etcd's outbox has, and while this worker is detached what the spools have. A lane is what is owed to one alerter about one monitor: first in, first
 * out, one thing at a time; lanes do not wait for one another. Level-triggered: whatever changed, a lane looks at its whole
 * situation and takes the next step.
 */
@Injectable()
export class DeliveryService implements OnApplicationBootstrap {
  private readonly lanes = new Map<string, Lane>();
  private readonly slots: Slots;
  private readonly alerterNotBefore = new Map<string, number>();
  /** By lane, the open incident of which this process told the alerter. */
  private readonly told = new Map<string, string>();
  private readonly abort = new AbortController();
  private stopping: Promise<void> | undefined;

  constructor(
    @Inject(OwedQueues) private readonly owed: OwedQueues,
    @Inject(AlerterCache) private readonly alerters: AlerterCache,
    @Inject(InFlight) private readonly inFlight: InFlight,
    @Inject(Settling) private readonly settling: Settling,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(DeliveryReport) private readonly report: DeliveryReport,
    @Optional() @Inject(DeliverySettings) private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {
    this.slots = new Slots(this.settings);
  }

  /** Does not wait for etcd: a process that waits for it starts nonetheless. */
  onApplicationBootstrap(): void {
    this.owed.onChange((monitor, alerter) => this.look(monitor, alerter));
    this.inFlight.onWanted((monitor) => {
      for (const lane of this.lanes.values()) if (lane.monitor === monitor) lane.giveUp?.();
    });
    this.alerters.onChange((name, lookup) => {
      if (lookup.state === 'invalid') this.report.trouble(`alerter "${name}" is not valid`, lookup.message);
      this.alerterChanged(name);
    });
    // Not before both are listed: only then "nothing there" means that.
    void Promise.all([this.owed.start(), this.alerters.start()]).then(() => this.look());
  }

  /** Goes on until what was owed at a revision of the outbox was begun, and nothing is being sent; for `patienceMs` at most. */
  async finish(owedAt: number, patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs;
    await this.owed.reached(owedAt, patienceMs);
    while (this.inFlight.busy && performance.now() < until) await sleep(10);
  }

  /** Starts no more sends; resolves when those under way have ended, or were given up. */
  async stop(): Promise<void> {
    this.stopping ??= this.drain();
    await this.stopping;
  }

  /** Everything is looked at when it changes; this is the safety net below. */
  @Interval(LOOK_EVERY_MS)
  lookAtAll(): void {
    this.look();
  }

  /** At what is owed to one alerter, about one monitor, or at all of it. */
  private look(monitor?: string, alerter?: string): void {
    const monitors = monitor === undefined ? this.owed.monitors : [monitor];
    for (const name of monitors) {
      for (const to of alerter === undefined ? this.owed.alertersOf(name) : [alerter]) this.lookAtLane(name, to);
    }
  }

  private lookAtLane(monitor: string, alerter: string): void {
    const key = laneKey(monitor, alerter);
    const known = this.lanes.get(key);
    if (!known && !this.owed.isOurs(monitor)) return;
    const lane = known ?? new Lane(monitor, alerter, (it) => this.advance(it));
    this.lanes.set(key, lane);
    this.advance(lane);
  }

  /** With new settings everything is worth another attempt at once. */
  private alerterChanged(alerter: string): void {
    this.alerterNotBefore.delete(alerter);
    for (const lane of this.lanes.values()) {
      if (lane.alerter !== alerter) continue;
      lane.giveUp?.();
      lane.retryNow();
      this.advance(lane);
    }
  }

  private advance(lane: Lane): void {
    if (lane.busy) return;
    clearTimeout(lane.timer);
    const situation = this.situationOf(lane);
    const step = planDelivery(situation);
    switch (step.do) {
      case 'forget':
        // What was removed must be remembered until the view knows it too.
        if (this.queueOf(lane).length === 0) this.lanes.delete(lane.key);
        return;
      case 'wait':
        this.wait(lane, step, situation.now);
        return;
      case 'cancel':
        this.perform(lane, () => this.cancel(lane, situation.queue));
        return;
      case 'withdraw':
        this.perform(lane, () => this.withdraw(lane, step.owed));
        return;
      case 'drop':
        this.perform(lane, () => this.settle(lane, step.owed, 'dropped', step.message));
        return;
      case 'send':
        if (!this.slots.take(lane.alerter, lane.advance)) return;
        this.perform(lane, () =>
          this.send(lane, step.owed, step.settings).finally(() => this.slots.release(lane.alerter)),
        );
        return;
    }
  }

  private situationOf(lane: Lane): Situation {
    const queue = lane.left(this.queueOf(lane));
    const last = queue.at(-1)?.key;
    return {
      queue,
      permitted: this.isPermitted(lane.monitor),
      standing: this.owed.standingOf(lane.monitor, queue),
      alerter: this.alerters.get(lane.alerter),
      notBefore: queue[0] ? lane.head(queue[0]).notBefore : 0,
      alerterNotBefore: this.alerterNotBefore.get(lane.alerter) ?? 0,
      mayCancel: last !== lane.examinedUpTo && cancelOut(this.queued(lane, queue), () => 'no').length > 0,
      now: performance.now(),
      goneMs: this.settings.goneMs,
    };
  }

  private queueOf({ monitor, alerter }: Lane): OutboxQueue {
    return this.owed.queue(monitor, alerter);
  }

  private isPermitted(monitor: string): boolean {
    return !this.stopping && this.owed.maySend(monitor);
  }

  private fencesOf(monitor: string): Compare[] | undefined {
    return this.stopping ? undefined : this.owed.fencesOf(monitor);
  }

  /** What was queued under our own assignment nobody else may have begun to send, as long as that assignment stands. */
  private queued(lane: Lane, queue: OutboxQueue): Queued[] {
    const ours = this.owed.oursSince(lane.monitor);
    return queue.map((owed) => ({ owed, mayHaveBeenSent: owed.createRevision <= ours || lane.attempted(owed) }));
  }

  private wait(lane: Lane, { until, fault }: Extract<Step, { do: 'wait' }>, now: number): void {
    const head = fault && lane.head(fault.owed);
    if (fault && head && !head.faultTold) {
      head.faultTold = true;
      this.report.waits(fault.owed, fault.message);
    }
    if (until !== undefined) lane.timer = setTimeout(lane.advance, until - now + 1);
  }

  private perform(lane: Lane, work: () => Promise<void>): void {
    lane.busy = true;
    this.inFlight.begin(lane.monitor);
    void work()
      .catch(async (error: unknown) => {
        this.report.trouble(`notifications of monitor "${lane.monitor}"`, messageOf(error));
        await this.pauseFor(VIEWS_CATCH_UP_MS);
      })
      .finally(() => {
        lane.busy = false;
        this.inFlight.end(lane.monitor);
        this.advance(lane);
      });
  }

  private async send(lane: Lane, owed: OwedNotification, settings: AlerterSettings): Promise<void> {
    const head = lane.head(owed);
    const { monitor, entry } = owed;
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
      onUnclear: (why) => {
        lane.giveUp = () => overdue.abort();
        this.report.unclear(owed, head.attempts, why);
        // Its heir does not wait for an answer that may never come.
        if (this.inFlight.isWanted(monitor)) lane.giveUp();
      },
    });
    lane.giveUp = undefined;
    const { restMs, restWhileOthersWaitMs } = this.settings;
    const limitMs = lane.left(this.queueOf(lane)).length > 1 ? restWhileOthersWaitMs : restMs;
    if (outcome.outcome === 'retryable' && isRestDone(head, outcome, limitMs, performance.now())) {
      await this.settle(lane, owed, 'delivered', outcome.answer, outcome.answer);
    } else if (outcome.outcome === 'retryable') this.postpone(lane, owed, outcome, startedAt);
    else
      await this.settle(lane, owed, outcome.outcome, outcome.answer, 'notice' in outcome ? outcome.notice : undefined);
  }

  private postpone(lane: Lane, owed: OwedNotification, outcome: Retryable, startedAt: number): void {
    // Given up by our own stop: no answer of the provider.
    if (this.abort.signal.aborted) return;
    const head = lane.head(owed);
    const pause = pauseAfter(outcome, head.attempts, { startedAt, now: performance.now() }, this.settings.random());
    head.unclear ||= outcome.cause === 'unclear';
    head.notBefore = pause.notBefore;
    if (pause.alerterNotBefore !== undefined) this.alerterNotBefore.set(lane.alerter, pause.alerterNotBefore);
    this.report.failed(owed, head.attempts, outcome);
  }

  private async settle(
    lane: Lane,
    owed: OwedNotification,
    outcome: DeliveryRecord['outcome'],
    answer: string,
    notice?: string,
  ): Promise<void> {
    const { alerter, entry } = owed;
    const { attempts } = lane.head(owed);
    const at = new Date().toISOString();
    const record: DeliveryRecord = { alerter, type: entry.alert.type, at, outcome, attempts, answer };
    const fences = (): Compare[] | undefined => this.fencesOf(owed.monitor);
    if (!(await this.settling.settle(owed, record, { fences, signal: this.abort.signal }))) return;
    this.forget(lane, owed);
    this.report.settled(owed, record, notice);
  }

  private async cancel(lane: Lane, queue: OutboxQueue): Promise<void> {
    const toldHere = (incident: string): boolean => this.told.get(lane.key) === incident;
    const fences = (): Compare[] | undefined => this.fencesOf(lane.monitor);
    const { settled, cancelled } = await this.settling.cancel(this.queued(lane, queue), toldHere, fences);
    for (const owed of cancelled) {
      this.forget(lane, owed);
      this.report.cancelled(owed);
    }
    if (settled) lane.examinedUpTo = queue.at(-1)?.key;
    else await this.pauseFor(RETRY_MS);
  }

  private async withdraw(lane: Lane, owed: OwedNotification): Promise<void> {
    const isWithdrawn = await this.settling.withdraw(owed, () => this.fencesOf(lane.monitor));
    if (!isWithdrawn) return this.pauseFor(VIEWS_CATCH_UP_MS);
    this.forget(lane, owed);
    this.report.cancelled(owed);
  }

  private forget(lane: Lane, owed: OwedNotification): void {
    const { alert, incident } = owed.entry;
    lane.remove(owed);
    if (alert.type === 'resolve' && this.told.get(lane.key) === incident) this.told.delete(lane.key);
  }

  private async pauseFor(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.abort.signal }).catch(() => undefined);
  }

  private async drain(): Promise<void> {
    for (const lane of this.lanes.values()) clearTimeout(lane.timer);
    const until = performance.now() + this.settings.stopMs;
    while (this.inFlight.busy && performance.now() < until) await sleep(10);
    this.abort.abort();
    while (this.inFlight.busy && performance.now() < until + 1_000) await sleep(10);
  }
}
