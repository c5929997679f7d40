import { unawaited } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterNode, type Compare } from '@9volt/etcd-dal';
import { Detachment } from '../ledger/detachment.js';
import { Evaluations } from '../ledger/evaluations.js';
import { Spools } from '../ledger/spools.js';
import { InFlight } from '../outbox/in-flight.js';
import { type OutboxQueue, OutboxView } from '../outbox/outbox-view.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { isOver, type Standing } from './plan-delivery.js';

/** Pending notifications, by monitor and alerter, in etcd's outbox and in the spools; and whether this worker may act on them. */
@Injectable()
export class OwedQueues {
  constructor(
    private readonly node: ClusterNode,
    private readonly outbox: OutboxView,
    private readonly spools: Spools,
    private readonly detachment: Detachment,
    private readonly owned: OwnedMonitors,
    private readonly inFlight: InFlight,
    private readonly evaluations: Evaluations,
  ) {}

  /** Resolves once the outbox is listed and this process is a member: only then an absent entry means that there is none. */
  async start(): Promise<void> {
    await Promise.all([this.outbox.start(), this.node.joined]);
  }

  /** Resolves when the notifications up to a revision of etcd are known here; after `patienceMs` at most. */
  async reached(revision: number, patienceMs: number): Promise<void> {
    if (!this.detachment.active) await this.outbox.reached(revision, patienceMs);
  }

  /** Notifications in memory wait behind those in etcd. */
  queue(monitor: string, alerter: string): OutboxQueue {
    const spool = this.spools.get(monitor);
    const all = this.outbox.queue(monitor, alerter).filter(({ key }) => this.isForUs(monitor, key));
    if (!spool) return all;
    const listed = all.filter(({ key }) => !spool.isSettled(key));
    const local = spool.queue(alerter);
    const keys = new Set(listed.map(({ key }) => key));
    return [...listed, ...local.filter(({ key }) => !keys.has(key))];
  }

  /**
   * If a monitor came while this worker was detached, the owner before may have sent the entries of its outbox: nobody can be
   * asked.
   */
  private isForUs(monitor: string, key: string): boolean {
    const { since } = this.detachment;
    const owned = this.owned.get(monitor);
    return since === undefined || !owned || owned.ownedSince <= since || this.outbox.isOwn(key);
  }

  /**
   * Whether the first of a queue is an outdated alarm by the present state: if it were sent, it would be the last notification.
   * `unknown` while the state is newer than our view of the outbox.
   */
  standingOf(monitor: string, queue: OutboxQueue): Standing {
    const owned = this.owned.get(monitor);
    const stored = owned && this.evaluations.storedOf(owned);
    if (!stored) return 'owed';
    const spool = this.spools.get(monitor);
    if (!isOver(queue, spool ? spool.state : stored.state)) return 'owed';
    // Without etcd it waits: its resolve is added afterwards, and then both cancel out.
    if (this.detachment.active || spool) return 'unknown';
    return this.outbox.hasUntil(monitor, stored.modRevision) ? 'over' : 'unknown';
  }

  get monitors(): Set<string> {
    return new Set([...this.outbox.monitors, ...this.spools.names]);
  }

  /** Alerters with pending notifications about a monitor. */
  alertersOf(monitor: string): Set<string> {
    return new Set([...this.outbox.alertersOf(monitor), ...(this.spools.get(monitor)?.alerters ?? [])]);
  }

  isOurs(monitor: string): boolean {
    return this.owned.owns(monitor);
  }

  /** Whether this worker sends without etcd what is pending about a monitor. */
  isSpooled(monitor: string): boolean {
    return this.detachment.active || this.spools.get(monitor) !== undefined;
  }

  /** Whether this worker may send at present. */
  maySend(monitor: string): boolean {
    if (this.detachment.active) return !this.inFlight.isHeld(monitor) && this.isOurs(monitor);
    // First etcd must have what was sent without it.
    return this.spools.get(monitor) === undefined && this.fencesOf(monitor) !== undefined;
  }

  /** The fences for a decision about a monitor's notifications; undefined if they surely do not hold. */
  fencesOf(monitor: string): Compare[] | undefined {
    if (this.inFlight.isHeld(monitor) || !this.node.isMember) return undefined;
    const assigned = this.owned.assignmentFence(monitor);
    return assigned && [assigned, this.node.session.fence];
  }

  /** Nobody else may have begun to send notifications after this revision, as long as our assignment exists. */
  oursSince(monitor: string): number {
    return this.owned.assignmentFence(monitor)?.value ?? Number.POSITIVE_INFINITY;
  }

  /** Called with what may have changed: the queue of one alerter and monitor, or anything. Must not throw or block. */
  onChange(listener: (monitor?: string, alerter?: string) => void): void {
    this.outbox.onChange(listener);
    this.spools.onOwed(listener);
    this.owned.onOwned(listener);
    this.inFlight.onRelease(listener);
    this.detachment.onChange(() => listener());
    unawaited(
      'what is owed',
      this.node.joined.then(() => this.node.session.onStatus((status) => status === 'fresh' && listener())),
    );
  }
}
