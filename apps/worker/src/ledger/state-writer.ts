import { Injectable } from '@nestjs/common';
import { reportDefect, unawaited } from '@9volt/contracts';
import type { ResolveReason } from '@9volt/contracts';
import { ClusterNode, WorkQueue } from '@9volt/etcd-dal';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Clock } from '../time/clock.js';
import { TokenBucket } from '../time/token-bucket.js';
import { Detachment } from './detachment.js';
import { EtcdLedger } from './etcd-ledger.js';
import { Evaluations } from './evaluations.js';
import type { Ledger, Recorded } from './ledger.js';
import { SpoolLedger } from './spool-ledger.js';

/** Number of states of one monitor in a burst; one a second on average. */
const BURST = 3;
const PER_SECOND = 1;
const RETRY_MS = 250;
const MAX_ATTEMPTS = 5;

/**
 * Makes the ledger contain the latest evaluation of each monitor and its pending notifications. Level-triggered: it learns that
 * there may be something to write, and compares. Only this file chooses the ledger: the spools while this process is detached,
 * otherwise etcd.
 */
@Injectable()
export class StateWriter {
  /** How often one monitor is written. */
  private readonly buckets = new WeakMap<OwnedMonitor, TokenBucket>();
  /** Monitors that cannot be written at present. */
  private readonly waiting = new Set<OwnedMonitor>();
  private readonly queue: WorkQueue<OwnedMonitor>;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly monitors: OwnedMonitors,
    private readonly detachment: Detachment,
    private readonly evaluations: Evaluations,
    private readonly etcd: EtcdLedger,
    private readonly spool: SpoolLedger,
  ) {
    this.queue = new WorkQueue((monitor) => this.write(monitor), {
      retryMs: RETRY_MS,
      onError: ({ name }, error) => reportDefect(`writing the state of monitor "${name}"`, error),
    });
    unawaited(
      'states that wait',
      node.joined.then(() => node.session.onStatus((status) => status === 'fresh' && this.resume())),
    );
  }

  /** A result was evaluated, which mostly changes nothing. Returns at once. */
  evaluated(monitor: OwnedMonitor): void {
    if (this.detachment.active || !this.etcd.isWritten(monitor)) this.submit(monitor);
  }

  /** There may be something to write. Returns at once. */
  submit(monitor: OwnedMonitor): void {
    this.queue.add(monitor);
  }

  /**
   * Resolves true when etcd has the latest evaluation, however often this monitor was written lately; false if that is impossible.
   */
  async flush(monitor: OwnedMonitor): Promise<boolean> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      await this.etcd.idle(monitor);
      if (monitor.gone || this.detachment.active) return false;
      const readiness = this.etcd.readiness(monitor);
      if (readiness === 'busy') continue;
      if (readiness === 'waits') break;
      const change = this.etcd.changeOf(monitor);
      if (!change) {
        this.etcd.settled(monitor);
        return true;
      }
      const recorded = await this.etcd.record(monitor, change);
      if (recorded === 'done') return true;
      if (recorded !== 'again') break;
    }
    if (!monitor.gone) this.wait(monitor);
    return false;
  }

  /** The revision at which etcd last accepted a notification from here. */
  get owedAt(): number {
    return this.etcd.owedAt;
  }

  /** {@link flush} for all monitors. */
  async flushAll(): Promise<void> {
    await Promise.all([...this.monitors.all()].map((monitor) => this.flush(monitor)));
  }

  /** See {@link EtcdLedger.remove}. */
  async remove(monitor: OwnedMonitor, reason: ResolveReason): Promise<number | undefined> {
    await this.etcd.idle(monitor);
    this.waiting.delete(monitor);
    this.queue.forget(monitor);
    this.evaluations.forget(monitor);
    if (this.detachment.active || this.etcd.readiness(monitor) !== 'ready') return undefined;
    return this.etcd.remove(monitor, reason);
  }

  /** Stores handbacks about a monitor that is not checked any more. Answers whether they are stored. */
  async mergeHanded(monitor: OwnedMonitor): Promise<boolean> {
    this.evaluations.forget(monitor);
    if (this.evaluations.storedOf(monitor)?.state) return this.flush(monitor);
    return (await this.remove(monitor, 'removed')) !== undefined;
  }

  /** Tries everything that waits once more. */
  resume(): void {
    for (const monitor of [...this.waiting]) this.queue.add(monitor);
  }

  /** The queue continues while etcd takes its time: the ledger may change meanwhile. */
  private write(monitor: OwnedMonitor): void {
    this.waiting.delete(monitor);
    if (monitor.gone) return;
    const ledger: Ledger = this.detachment.active ? this.spool : this.etcd;
    const readiness = ledger.readiness(monitor);
    if (readiness === 'busy') return;
    if (readiness === 'waits') {
      this.wait(monitor);
      return;
    }
    const bucket = this.bucketOf(monitor);
    const waitMs = bucket.waitMs(PER_SECOND);
    if (waitMs > 0) {
      this.queue.add(monitor, waitMs);
      return;
    }
    const change = ledger.changeOf(monitor);
    if (!change) return;
    bucket.reserve(PER_SECOND, 0);
    unawaited(
      `writing the state of monitor "${monitor.name}"`,
      ledger.record(monitor, change).then((recorded) => this.after(monitor, recorded)),
    );
  }

  private after(monitor: OwnedMonitor, recorded: Recorded): void {
    if (recorded === 'again') this.submit(monitor);
    if (recorded === 'later') this.wait(monitor);
  }

  /** A renewed membership is reported; nobody reports when other obstacles end. */
  private wait(monitor: OwnedMonitor): void {
    this.waiting.add(monitor);
    if (this.node.isMember) this.queue.add(monitor, RETRY_MS * (1 + Math.random()));
  }

  private bucketOf(monitor: OwnedMonitor): TokenBucket {
    let bucket = this.buckets.get(monitor);
    if (!bucket) this.buckets.set(monitor, (bucket = new TokenBucket(BURST, () => this.clock.now())));
    return bucket;
  }
}
