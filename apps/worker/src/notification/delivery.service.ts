import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, Optional } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { messageOf, unawaited } from '@9volt/contracts';
import { WorkQueue } from '@9volt/etcd-dal';
import { AlerterCache } from './alerter-cache.js';
import { cancelOut } from './cancel-out.js';
import { DeliveryReport } from './delivery-report.js';
import { DeliverySettings } from './delivery-settings.js';
import { DeliverySteps } from './delivery-steps.js';
import { isGrouping } from './groups/compose-group.js';
import { InFlight } from '../outbox/in-flight.js';
import type { OutboxQueue } from '../outbox/outbox-view.js';
import { Lane, laneKey } from './lane.js';
import { OwedQueues } from './owed-queues.js';
import { planDelivery, type Situation, type Step } from './plan-delivery.js';
import { SendPermits } from './send-permits.js';

/** After a failed step the lane decides again after this time. */
const RETRY_MS = 250;
const LOOK_EVERY_MS = 10_000;

/**
 * Delivers the pending notifications of this worker's monitors: from etcd's outbox, and while this worker is detached from the
 * spools. A lane is the queue of one alerter and one monitor: first in, first out, one at a time; lanes do not wait for one
 * another. Level-triggered: after any change a lane looks at its whole situation and takes the next step.
 */
@Injectable()
export class DeliveryService implements OnApplicationBootstrap {
  private readonly lanes = new Map<string, Lane>();
  private readonly queue: WorkQueue<string>;
  private readonly permits: SendPermits;

  constructor(
    private readonly owed: OwedQueues,
    private readonly alerters: AlerterCache,
    private readonly inFlight: InFlight,
    private readonly steps: DeliverySteps,
    private readonly report: DeliveryReport,
    @Optional() private readonly settings: DeliverySettings = new DeliverySettings(),
  ) {
    this.permits = new SendPermits(this.settings);
    this.queue = new WorkQueue((key) => this.advance(key), {
      retryMs: RETRY_MS,
      onError: (key, error) => report.trouble(`notifications of monitor and alerter "${key}"`, messageOf(error)),
    });
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
    // Not before both are listed: only then an absent entry means that there is none.
    unawaited(
      'what is owed at the start',
      Promise.all([this.owed.start(), this.alerters.start()]).then(() => this.look()),
    );
  }

  /**
   * Continues until all notifications up to a revision of the outbox were begun, and nothing is being sent; for `patienceMs` at
   * most.
   */
  async finish(owedAt: number, patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs;
    await this.owed.reached(owedAt, patienceMs);
    while (this.inFlight.busy && performance.now() < until) await sleep(10);
  }

  /** Starts no more sends; resolves when those in progress have ended, or were aborted. */
  async stop(): Promise<void> {
    const stopped = this.steps.stop();
    this.queue.stop();
    await stopped;
  }

  /** Every change triggers a look; this is the safety net below. */
  @Interval(LOOK_EVERY_MS)
  lookAtAll(): void {
    this.look();
  }

  /** Looks at the lane of one alerter and one monitor, or at all lanes. */
  private look(monitor?: string, alerter?: string): void {
    const monitors = monitor === undefined ? this.owed.monitors : [monitor];
    for (const name of monitors) {
      for (const to of alerter === undefined ? this.owed.alertersOf(name) : [alerter]) this.lookAtLane(name, to);
    }
  }

  private lookAtLane(monitor: string, alerter: string): void {
    const key = laneKey(monitor, alerter);
    if (!this.lanes.has(key)) {
      if (!this.owed.isOurs(monitor)) return;
      this.lanes.set(key, new Lane(monitor, alerter, () => this.queue.add(key)));
    }
    this.queue.add(key);
  }

  /** New settings justify another attempt at once. */
  private alerterChanged(alerter: string): void {
    this.steps.retryNow(alerter);
    for (const lane of this.lanes.values()) {
      if (lane.alerter !== alerter) continue;
      lane.giveUp?.();
      lane.retryNow();
      this.queue.add(lane.key);
    }
  }

  private advance(key: string): Promise<void> | void {
    const lane = this.lanes.get(key);
    if (!lane) return;
    const situation = this.situationOf(lane);
    const step = planDelivery(situation);
    switch (step.do) {
      case 'forget':
        // It must remember a removal until the view knows it, too.
        if (this.owed.queue(lane.monitor, lane.alerter).length === 0) this.lanes.delete(key);
        return;
      case 'wait':
        this.wait(lane, step, situation.now);
        return;
      case 'cancel':
        return this.perform(lane, () => this.steps.cancel(lane, situation.queue));
      case 'withdraw':
        return this.perform(lane, () => this.steps.withdraw(lane, step.owed));
      case 'drop':
        return this.perform(lane, () => this.steps.drop(lane, step.owed, step.message));
      case 'send':
        if (!this.permits.take(lane.alerter, lane.again)) return;
        return this.perform(lane, () =>
          this.steps.send(lane, step.owed, step.settings).finally(() => this.permits.release(lane.alerter)),
        );
    }
  }

  private situationOf(lane: Lane): Situation {
    const left = this.steps.leftOf(lane);
    const alerter = this.alerters.get(lane.alerter);
    const groups = alerter.state === 'ready' && isGrouping(alerter.settings) && !this.owed.isSpooled(lane.monitor);
    const notes = leadingNotes(left);
    // Once its alarm was sent, a note is nothing for a group.
    const grouped = groups && notes.length === 0;
    const queue = groups && !grouped ? notes : left;
    const last = queue.at(-1)?.key;
    return {
      queue,
      permitted: this.steps.isPermitted(lane.monitor),
      standing: this.owed.standingOf(lane.monitor, left),
      alerter,
      grouped,
      notBefore: queue[0] ? lane.head(queue[0]).notBefore : 0,
      alerterNotBefore: this.steps.earliest(lane.alerter),
      mayCancel: last !== lane.examinedUpTo && cancelOut(this.steps.queued(lane, queue), () => 'no').length > 0,
      now: performance.now(),
      goneMs: this.settings.goneMs,
    };
  }

  private wait(lane: Lane, { until, fault }: Extract<Step, { do: 'wait' }>, now: number): void {
    const head = fault && lane.head(fault.owed);
    if (fault && head && !head.faultTold) {
      head.faultTold = true;
      this.report.waits(fault.owed, fault.message);
    }
    if (until !== undefined) this.queue.add(lane.key, until - now + 1);
  }

  /** It decides about the next step when this one is done. */
  private async perform(lane: Lane, work: () => Promise<void>): Promise<void> {
    this.inFlight.begin(lane.monitor);
    try {
      await work();
    } finally {
      this.inFlight.end(lane.monitor);
    }
    this.queue.add(lane.key);
  }
}

function leadingNotes(queue: OutboxQueue): OutboxQueue {
  const first = queue.findIndex(({ entry }) => !entry.alert.note);
  return first < 0 ? queue : queue.slice(0, first);
}
