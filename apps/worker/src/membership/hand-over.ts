import { Injectable } from '@nestjs/common';
import { messageOf, unawaited } from '@9volt/contracts';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { StateWriter } from '../ledger/state-writer.js';
import { InFlight } from '../outbox/in-flight.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { TakeOver } from './take-over.js';
import { Transfer } from './transfer.js';

const RETRY_MS = 1_000;
/** A monitor that is being handed over runs nowhere: when many move, the others run here until it is their turn. */
const MOST_AT_ONCE = 256;
/** One that is due this soon runs here first, so that no slot passes on the way; at most half its interval. */
const SOON_MS = 2_000;

/**
 * Hands a retiring monitor to its next owner, in a moment without a check or a send in progress. Until then, and if the next owner
 * is gone, everything continues here.
 */
@Injectable()
export class HandOver {
  private readonly log: Logger;
  /** To be handed over. */
  private readonly retiring = new Set<OwnedMonitor>();
  /** Being handed over: must not be started. */
  private readonly handing = new Set<OwnedMonitor>();
  /** To be considered when others have been handed over. */
  private readonly waiting = new Set<OwnedMonitor>();
  /** Not to be tried again before, by `performance.now()`. */
  private readonly notBefore = new WeakMap<OwnedMonitor, number>();

  constructor(
    private readonly monitors: OwnedMonitors,
    private readonly runner: CheckRunner,
    private readonly writer: StateWriter,
    private readonly sends: InFlight,
    private readonly takeOver: TakeOver,
    private readonly transfer: Transfer,
    logger: AppLogger,
  ) {
    this.log = logger.child('hand-over');
    // However soon it is due again, there is no better moment.
    runner.onRunEnded((monitor) => this.consider(monitor, true));
    sends.onIdle((name) => {
      const monitor = monitors.get(name);
      if (monitor) this.consider(monitor);
    });
  }

  /** Makes a monitor run here, unless it is just being handed over. Rejects, for another try later, when etcd cannot be asked. */
  async runUntilHandedOver(monitor: OwnedMonitor): Promise<void> {
    if (monitor.assignment.phase === 'retire') this.retiring.add(monitor);
    await this.takeOver.run(monitor, () => this.handing.has(monitor));
    this.consider(monitor);
  }

  /** Considers all monitors that are to be handed over: nobody reports when an obstacle ends. */
  considerAll(): void {
    for (const monitor of this.retiring) {
      if (monitor.gone || monitor.assignment.phase !== 'retire') this.retiring.delete(monitor);
      else this.consider(monitor);
    }
  }

  /** Hands the monitor over if it must and can. Called whenever that may have changed; returns at once. */
  private consider(monitor: OwnedMonitor, hasJustRun = false): void {
    const { phase, to } = monitor.assignment;
    if (phase !== 'retire' || to === undefined || monitor.gone || this.handing.has(monitor)) return;
    if (this.runner.isRunning(monitor) || !this.takeOver.isLoaded(monitor) || !this.transfer.possible) return;
    if (performance.now() < (this.notBefore.get(monitor) ?? 0)) return;
    if (!hasJustRun && this.runner.isDueWithin(monitor, Math.min(SOON_MS, monitor.intervalMs / 2))) return;
    if (this.handing.size >= MOST_AT_ONCE) {
      this.waiting.add(monitor);
      return;
    }
    if (!this.sends.hold(monitor.name)) return;
    this.handing.add(monitor);
    this.runner.unschedule(monitor);
    const done = this.handOver(monitor, to).catch((error: unknown) => {
      this.log.warn('could not hand over a monitor; will retry', { monitor: monitor.name, error: messageOf(error) });
      return false;
    });
    unawaited(
      `the hand-over of ${monitor.name}`,
      done.then((isDone) => this.finish(monitor, isDone)),
    );
  }

  private async handOver(monitor: OwnedMonitor, to: string): Promise<boolean> {
    return (await this.writer.flush(monitor)) && (await this.transfer.give(monitor, to));
  }

  private finish(monitor: OwnedMonitor, done: boolean): void {
    this.handing.delete(monitor);
    if (done) {
      this.retiring.delete(monitor);
      this.monitors.remove(monitor);
    } else {
      this.notBefore.set(monitor, performance.now() + RETRY_MS);
      // It is still ours, as far as we know: it continues.
      if (!monitor.gone && monitor.isChecked) this.takeOver.resume(monitor);
    }
    this.sends.release(monitor.name);
    this.considerNext();
  }

  private considerNext(): void {
    for (const monitor of this.waiting) {
      if (this.handing.size >= MOST_AT_ONCE) return;
      this.waiting.delete(monitor);
      this.consider(monitor);
    }
  }
}
