import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Assignment, messageOf, unawaited } from '@9volt/contracts';
import { ClusterNode, type Item, Watched, WorkQueue } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { HandOver } from './hand-over.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Removal } from './removal.js';

const RETRY_MS = 500;
/** The view of the outbox reports changes; this is for earlier ones. */
const DELIVERED_EVERY_MS = 3_000;
/** Nobody checks a monitor whose assignment a watch has lost: until then. */
const VERIFY_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Makes this worker do what its assignments say. Level-triggered: a change only names a monitor; the next step follows from its
 * present assignment and from what we have, one step at a time for each monitor.
 */
@Injectable()
export class AssignmentsService {
  private readonly log: Logger;
  private informer: Watched<Assignment> | undefined;
  /** By key of the assignment. */
  private readonly queue: WorkQueue<string>;
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly runner: CheckRunner,
    private readonly handOver: HandOver,
    private readonly removal: Removal,
    logger: AppLogger,
  ) {
    this.log = logger.child('assignments');
    this.queue = new WorkQueue((key) => this.reconcile(key), {
      retryMs: RETRY_MS,
      onError: (key, error) =>
        this.log.warn('could not apply an assignment; will retry', { key, error: messageOf(error) }),
    });
  }

  /** Whether the assignments were read. */
  get listed(): boolean {
    return (this.informer?.relists ?? 0) > 0;
  }

  /** Resolves once the assignments are listed; never rejects. */
  async start(): Promise<void> {
    const { stores, memberId } = this.node;
    this.informer = new Watched(this.node, stores.assignment.watchedBy(memberId), {
      onChange: ({ key }) => this.queue.add(key),
      onLost: (keys) => this.lost(keys),
    });
    this.removal.onProgress((name) => {
      const monitor = this.monitors.get(name);
      if (monitor && !monitor.isChecked) this.queue.add(monitor.key);
    });
    await this.informer.start();
    this.log.info('loaded the assignments', { monitors: this.monitors.size });
  }

  /** Applies no further change. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.queue.stop();
    await this.informer?.stop();
  }

  /** A second defence against lost events of the watch. */
  @Interval(VERIFY_EVERY_MS)
  async verify(): Promise<void> {
    if (!this.listed || this.stopped || !this.node.isMember) return;
    const lost = (await this.informer?.verify().catch(() => [])) ?? [];
    if (lost.length > 0) this.lost(lost);
  }

  @Interval(LOOK_EVERY_MS)
  lookAgain(): void {
    if (!this.stopped) this.handOver.considerAll();
  }

  private lost(keys: readonly string[]): void {
    this.log.warn('the watch missed changes of assignments; loading them again', { keys: keys.length, one: keys[0] });
  }

  private async reconcile(key: string): Promise<void> {
    const item = this.informer?.get(key);
    const name = this.node.keys.parseAssignment(key)?.monitor;
    if (name === undefined) return;
    const held = this.monitors.get(name);
    if (held && (!item || item.createRevision !== held.createRevision)) this.drop(held);
    if (!item) return;
    const monitor = this.held(name, item);
    switch (item.value.phase) {
      case 'run':
      case 'retire':
        await this.handOver.runUntilHandedOver(monitor);
        return;
      case 'remove':
        if (!(await this.removal.remove(monitor))) this.queue.add(key, DELIVERED_EVERY_MS);
        return;
      case 'deliver':
        if (!(await this.removal.deliver(monitor))) this.queue.add(key, DELIVERED_EVERY_MS);
        return;
    }
  }

  private held(name: string, item: Item<Assignment>): OwnedMonitor {
    const held = this.monitors.get(name);
    if (held) {
      this.monitors.update(held, item);
      return held;
    }
    const monitor = new OwnedMonitor(name, item);
    this.monitors.add(monitor);
    return monitor;
  }

  private drop(monitor: OwnedMonitor): void {
    this.monitors.remove(monitor);
    unawaited(`the end of monitor "${monitor.name}"`, this.runner.dismiss(monitor));
  }
}
