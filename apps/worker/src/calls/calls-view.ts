import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CallRecord, messageOf } from '@9volt/contracts';
import { type Change, ClusterNode, ClusterTime, Watched } from '@9volt/etcd-dal';
import type { ReceivedCalls } from '@9volt/monitors';
import { AppLogger, type Logger } from '@9volt/platform';
import { Clock } from '../time/clock.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { fenceOf } from '../owned/owned-monitors.js';

/** The calls that APIs received, as every worker sees them: so they survive a change of the owner. */
@Injectable()
export class CallsView implements OnApplicationShutdown {
  private readonly log: Logger;
  private readonly informer: Watched<CallRecord>;
  private readonly listeners = new Set<(monitor: string) => void>();
  /** By key, when the record of a monitor appeared, by our own clock. */
  private readonly begunAt = new Map<string, { createRevision: number; at: number }>();
  /** By key, when a call arrived, by our own clock: the clocks of the APIs may differ. */
  private readonly arrivedAt = new Map<string, { revision: number; at: number }>();
  /** By monitor, since when it waits for calls, until etcd has it. */
  private readonly beginning = new Map<string, { createRevision: number; at: number; isWriting: boolean }>();
  /** Since when etcd delivers calls again; calls during an outage could not arrive. */
  private backSince = Number.NEGATIVE_INFINITY;
  private listed = false;
  private lost = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    /** For records from before we watched: the clocks of their writers, and ours, may be wrong. */
    private readonly time: ClusterTime,
    logger: AppLogger,
  ) {
    this.log = logger.child('calls');
    this.informer = new Watched(node, node.stores.push.watched, {
      onChange: (change) => this.apply(change),
      onConnection: (error) => this.connection(error !== undefined),
    });
  }

  /** Whether a received call would be known here. */
  get isCurrent(): boolean {
    return this.informer.connected;
  }

  /** Resolves once all are listed. */
  async start(): Promise<void> {
    await this.informer.start();
    this.listed = true;
    await this.time.read();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  /**
   * Called for each call, with the name of its monitor, and for all monitors when calls can arrive again. Must not throw or block.
   */
  onCall(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  /** The calls to one of our monitors; the first question begins the wait for calls. */
  of(monitor: OwnedMonitor): ReceivedCalls {
    const key = this.node.keys.push(monitor.name);
    const item = this.informer.get(key);
    const nowMs = this.clock.now();
    const record = item?.value;
    if (!item || record?.createRevision !== monitor.assignment.createRevision) {
      return { awaitedSinceMs: Math.max(this.begin(monitor, item?.modRevision ?? 0), this.backSince), nowMs };
    }
    this.beginning.delete(monitor.name);
    const ours = (instant: string): number => Math.min(nowMs, Date.parse(instant) - this.time.aheadMs);
    const begun = this.begunAt.get(key);
    const begunMs = begun?.createRevision === record.createRevision ? begun.at : ours(record.awaitedSince);
    const awaitedSinceMs = Math.max(begunMs, this.backSince);
    if (!record.last) return { awaitedSinceMs, nowMs };
    const { at, ...said } = record.last;
    const arrived = this.arrivedAt.get(key);
    const atMs = arrived?.revision === item.modRevision ? arrived.at : ours(at);
    return { awaitedSinceMs, nowMs, last: { ...said, atMs } };
  }

  /** Its checks were stopped until then: nobody expected calls meanwhile. The next owner must know, too. */
  awaitAgain(monitor: OwnedMonitor, at = this.clock.now()): void {
    const { name, assignment } = monitor;
    const key = this.node.keys.push(name);
    const item = this.informer.get(key);
    const { createRevision } = assignment;
    if (item?.value.createRevision !== createRevision) return;
    this.begunAt.set(key, { createRevision, at });
    const record = { ...item.value, awaitedSince: this.written(at) };
    const { stores, session } = this.node;
    // Refused: a call came.
    const stored = stores.push.replace(name, item, record, [fenceOf(monitor), session.fence]);
    void stored.catch((error: unknown) => {
      this.log.debug(`could not store that "${name}" waits for calls again: ${messageOf(error)}`);
    });
  }

  private apply({ key, before, after }: Change<CallRecord>): void {
    if (!after) {
      this.arrivedAt.delete(key);
      this.begunAt.delete(key);
      return;
    }
    const { createRevision, awaitedSince } = after.value;
    const known = this.begunAt.get(key);
    const isOurs = known?.createRevision === createRevision && this.written(known.at) === awaitedSince;
    if (
      this.listed &&
      !isOurs &&
      (before?.value.createRevision !== createRevision || before.value.awaitedSince !== awaitedSince)
    ) {
      this.begunAt.set(key, { createRevision, at: this.clock.now() });
    }
    // A call that is listed again has not arrived just now.
    if (before?.value.last?.at === after.value.last?.at) return;
    if (this.listed) this.arrivedAt.set(key, { revision: after.modRevision, at: this.clock.now() });
    this.emit(key);
  }

  /** A time of ours, as others understand it. */
  private written(at: number): string {
    return new Date(at + this.time.aheadMs).toISOString();
  }

  private connection(isLost: boolean): void {
    const wasLost = this.lost;
    this.lost = isLost;
    if (isLost || !wasLost || !this.listed) return;
    this.backSince = this.clock.now();
    for (const key of this.informer.items.keys()) this.emit(key);
  }

  private emit(key: string): void {
    const name = this.node.keys.under(this.node.keys.pushes, key) ?? '';
    for (const listener of this.listeners) listener(name);
  }

  /** Records that it waits for calls from now on, so that the next owner need not start from zero. Answers since when. */
  private begin(monitor: OwnedMonitor, modRevision: number): number {
    const { name, assignment } = monitor;
    const { createRevision } = assignment;
    const known = this.beginning.get(name);
    if (known?.createRevision === createRevision && known.isWriting) return known.at;
    const at = known?.createRevision === createRevision ? known.at : this.clock.now();
    const begun = { createRevision, at, isWriting: true };
    this.beginning.set(name, begun);
    const { stores, session } = this.node;
    const record: CallRecord = { createRevision, awaitedSince: this.written(at) };
    // Refused: somebody else was first; failed: the next check tries again.
    const stored = stores.push.replace(name, { modRevision }, record, [fenceOf(monitor), session.fence]);
    void stored
      .finally(() => (begun.isWriting = false))
      .catch((error: unknown) => {
        this.log.debug(`could not store when "${name}" started to wait for calls; will retry: ${messageOf(error)}`);
      });
    return at;
  }
}
