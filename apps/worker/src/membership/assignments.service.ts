import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type Assignment, messageOf } from '@9volt/contracts';
import { ClusterNode, type Item, Watched, guarded } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { CheckRunner } from '../execution/check-runner.js';
import { HandOver } from './hand-over.js';
import { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Removal } from './removal.js';

const RETRY_MS = 500;
/** Changes of the outbox are told; this is for those that were made before we listened. */
const DELIVERED_EVERY_MS = 3_000;
const VERIFY_EVERY_MS = 300_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Makes this worker do what its assignments say. Level-based: a change only names a monitor; what is to be done follows from the
 * assignment as it is now and what we hold, one step at a time for each monitor.
 */
@Injectable()
export class AssignmentsService {
  private readonly log: Logger;
  private informer: Watched<Assignment> | undefined;
  /** Monitors that are being looked at; true when they are to be looked at again. */
  private readonly looking = new Map<string, boolean>();
  private readonly timers = new Set<NodeJS.Timeout>();
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
  }

  /** Whether the assignments were read. */
  get listed(): boolean {
    return (this.informer?.relists ?? 0) > 0;
  }

  /** Resolves once the assignments are listed; never rejects. */
  async start(): Promise<void> {
    const { stores, memberId } = this.node;
    this.informer = new Watched(this.node, stores.assignment.watchedBy(memberId), {
      onChange: ({ key }) => this.look(key),
    });
    this.removal.onProgress((name) => {
      const monitor = this.monitors.get(name);
      if (monitor && !monitor.isChecked) this.look(monitor.key);
    });
    await this.informer.start();
    this.log.info('loaded the assignments', { monitors: this.monitors.size });
  }

  /** Takes up no further change. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.informer?.stop();
  }

  /** Defence in depth against events of the watch that never came. */
  @Interval(VERIFY_EVERY_MS)
  async verify(): Promise<void> {
    if (!this.listed || this.stopped || !this.node.isMember) return;
    const differing = await this.informer?.verify().catch(() => 0);
    if (differing) this.log.warn('the watch missed changes of assignments; loading them again', { differing });
  }

  @Interval(LOOK_EVERY_MS)
  lookAgain(): void {
    if (!this.stopped) this.handOver.considerAll();
  }

  /** Looks at a monitor now, or again once the look under way is done. */
  private look(key: string): void {
    if (this.stopped) return;
    if (this.looking.has(key)) {
      this.looking.set(key, true);
      return;
    }
    void this.lookUntilDone(key);
  }

  private async lookUntilDone(key: string): Promise<void> {
    do {
      this.looking.set(key, false);
      try {
        await this.reconcile(key);
      } catch (error) {
        this.log.warn('could not apply an assignment; will retry', { key, error: messageOf(error) });
        this.lookLater(key, RETRY_MS);
      }
    } while (this.looking.get(key) && !this.stopped);
    this.looking.delete(key);
  }

  private lookLater(key: string, inMs: number): void {
    if (this.stopped) return;
    const look = guarded(this.node.onDefect, key, () => {
      this.timers.delete(timer);
      this.look(key);
    });
    const timer = setTimeout(look, inMs);
    this.timers.add(timer);
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
        if (!(await this.removal.remove(monitor))) this.lookLater(key, DELIVERED_EVERY_MS);
        return;
      case 'deliver':
        if (!(await this.removal.deliver(monitor))) this.lookLater(key, DELIVERED_EVERY_MS);
        return;
    }
  }

  private held(name: string, item: Item<Assignment>): OwnedMonitor {
    const held = this.monitors.get(name);
    if (held) {
      held.update(item);
      return held;
    }
    const monitor = new OwnedMonitor(name, item);
    this.monitors.add(monitor);
    return monitor;
  }

  private drop(monitor: OwnedMonitor): void {
    this.monitors.remove(monitor);
    void this.runner.dismiss(monitor);
  }
}
