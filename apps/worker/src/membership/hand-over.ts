import { Inject, Injectable } from '@nestjs/common';
import { type Assignment, messageOf } from '@9volt/contracts';
import { ClusterNode, type Compare, encode, unchanged } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { CheckRunner } from '../execution/check-runner.js';
import { Clock } from '../time/clock.js';
import { SendGate } from '../outbox/send-gate.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { firstRunOf } from './take-over.js';

const RETRY_MS = 1_000;

/**
 * Hands a retiring monitor to its next owner: at a moment without a run or a send in flight, in one transaction, so that there is
 * always exactly one owner and the heir knows what we know. Until then, and when the next owner is gone, everything goes on here.
 */
@Injectable()
export class HandOver {
  private readonly log: Logger;
  private readonly tried = new Map<string, number>();

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(OwnedMonitors) private readonly monitors: OwnedMonitors,
    @Inject(CheckRunner) private readonly runner: CheckRunner,
    @Inject(StateWriter) private readonly writer: StateWriter,
    @Inject(Detachment) private readonly detachment: Detachment,
    @Inject(SendGate) private readonly sends: SendGate,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.log = logger.child('hand-over');
    runner.onRunEnded((monitor) => this.consider(monitor));
    sends.onIdle((name) => {
      const monitor = monitors.get(name);
      if (monitor) this.consider(monitor);
    });
  }

  /** Hands the monitor over if it is to be and can be now. Called whenever that may have changed; returns at once. */
  consider(monitor: OwnedMonitor): void {
    const { assignment, gone, handing, run, stored } = monitor;
    if (assignment.phase !== 'retire' || gone || handing || run || !stored) return;
    if (!this.node.isMember || this.detachment.active || this.clock.now() < (this.tried.get(monitor.name) ?? 0)) return;
    if (!this.sends.hold(monitor.name)) return;
    monitor.handing = true;
    this.runner.unschedule(monitor);
    void this.handOver(monitor)
      .catch((error: unknown) => {
        this.log.warn('a hand-over failed; it is tried again', { monitor: monitor.name, error: messageOf(error) });
        return false;
      })
      .then((done) => this.finish(monitor, done));
  }

  /** Considers all that are to be handed over: what held one back may have passed without a word. */
  considerAll(): void {
    for (const monitor of this.monitors.all()) this.consider(monitor);
  }

  private async handOver(monitor: OwnedMonitor): Promise<boolean> {
    const { assignment, key, name, modRevision } = monitor;
    const to = assignment.to;
    if (to === undefined || !(await this.writer.flush(monitor))) return false;
    const { keys } = this.node;
    const theirs = keys.assignment(to, name);
    const isMember: Compare = { key: keys.member(to), target: 'create', is: '>', value: 0 };
    const { outcome } = await this.writer.commitFenced({
      compare: [unchanged(key, modRevision), unchanged(theirs, 0), isMember],
      then: [{ delete: key }, { put: theirs, value: encode(this.handedOver(monitor)) }],
    });
    return outcome === 'accepted';
  }

  /** The assignment as the next owner gets it. */
  private handedOver({ assignment, lastRunAt, proven }: OwnedMonitor): Assignment {
    const next: Assignment = {
      ...assignment,
      phase: 'run',
      assignedAt: new Date(this.clock.now()).toISOString(),
      ...(lastRunAt === undefined ? {} : { lastRunAt, lastRunBy: this.node.memberId }),
    };
    delete next.to;
    delete next.reason;
    if (proven === assignment.revision) delete next.isolate;
    return next;
  }

  private finish(monitor: OwnedMonitor, done: boolean): void {
    monitor.handing = false;
    if (done) {
      this.tried.delete(monitor.name);
      this.monitors.remove(monitor);
    } else {
      this.tried.set(monitor.name, this.clock.now() + RETRY_MS);
      // Still ours, as far as we know: it goes on as it was.
      if (!monitor.gone && staysOurs(monitor)) this.runner.schedule(monitor, firstRunOf(monitor));
    }
    this.sends.release(monitor.name);
  }
}

function staysOurs({ assignment: { phase } }: OwnedMonitor): boolean {
  return phase === 'run' || phase === 'retire';
}
