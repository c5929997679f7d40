import { Inject, Injectable } from '@nestjs/common';
import { messageOf, type MonitorState, type ResolveReason } from '@9volt/contracts';
import { ClusterNode, type Committed, decode, type Entry, EtcdError, type Op } from '@9volt/etcd-dal';
import { AppLogger, type Logger, NodeConfig } from '@9volt/platform';
import { Clock } from '../execution/clock.js';
import { TokenBucket } from '../execution/token-bucket.js';
import type { OwnedMonitor } from '../membership/owned-monitor.js';
import { FencedBatch, type FencedWrite } from './fenced-batch.js';
import {
  changeOf,
  recordsOf,
  recordsToRead,
  removalOf,
  type StateChange,
  writeOf,
  type WriterFacts,
} from './plan-write.js';

/** What is known about the writing of one monitor. */
interface Desk {
  bucket: TokenBucket;
  writing?: Promise<boolean>;
  timer?: NodeJS.Timeout | undefined;
}

/** States of one monitor in a burst, and a second on average. */
const BURST = 3;
const PER_SECOND = 1;
const RETRY_MS = 250;
const MOST_ATTEMPTS = 5;

/**
 * Makes etcd hold the latest evaluation of each monitor and what is owed by it. Level-triggered: it is told that there may be something
 * to write, and compares. While this process is not surely a member, or etcd does not answer, what is to be written waits in memory,
 * and is written by compare afterwards, if the monitor still is ours.
 */
@Injectable()
export class StateWriter {
  private readonly desks = new WeakMap<OwnedMonitor, Desk>();
  private readonly waiting = new Set<OwnedMonitor>();
  private readonly batch: FencedBatch;
  private readonly log: Logger;
  private retryTimer: NodeJS.Timeout | undefined;
  private listening = false;

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'memberName' | 'publicUrl'>,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.batch = new FencedBatch(node);
    this.log = logger.child('state');
  }

  /** How many monitors have something to write that etcd does not take at present. */
  get backlog(): number {
    return this.waiting.size;
  }

  /** There may be something to write. Returns at once. */
  submit(monitor: OwnedMonitor): void {
    const desk = this.deskOf(monitor);
    if (desk.writing || desk.timer || monitor.gone || !changeOf(monitor, this.facts())) return;
    if (!this.mayWrite(monitor)) return;
    const waitMs = desk.bucket.waitMs(PER_SECOND);
    if (waitMs > 0) {
      desk.timer = setTimeout(() => {
        desk.timer = undefined;
        this.submit(monitor);
      }, waitMs).unref();
      return;
    }
    desk.bucket.take(PER_SECOND);
    void this.write(monitor).then((settled) => settled && this.submit(monitor));
  }

  /** Resolves true when etcd holds the latest evaluation, however often this monitor was written lately; false when it cannot be. */
  async flush(monitor: OwnedMonitor): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      await this.deskOf(monitor).writing;
      if (monitor.gone) return false;
      if (!changeOf(monitor, this.facts())) return true;
      if (!this.mayWrite(monitor) || !(await this.write(monitor))) return false;
    }
    return false;
  }

  /**
   * Tells whoever was told that it is over, and forgets the state. Answers the revision of that, or of etcd when there was nothing to
   * do; undefined when this process may not do it now, or not any more. Throws `EtcdError` when etcd cannot be asked.
   */
  async remove(monitor: OwnedMonitor, reason: ResolveReason): Promise<number | undefined> {
    await this.deskOf(monitor).writing;
    clearTimeout(this.deskOf(monitor).timer);
    if (!this.node.isMember) return undefined;
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !monitor.gone; attempt++) {
      const change = removalOf(monitor, reason, this.facts());
      if (!change) return monitor.modRevision;
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') {
        monitor.stored = { state: undefined, modRevision: 0 };
        return outcome.revision;
      }
      if (!(await this.readAgain(monitor))) return undefined;
    }
    if (monitor.gone) return undefined;
    throw new EtcdError('refused', `the state of ${monitor.name} changes whenever it is to be removed`);
  }

  /** For writes of other kinds that travel with those of the states. */
  commitFenced(write: FencedWrite): Promise<Committed> {
    return this.batch.write(write);
  }

  /** Tries what waits, once more. */
  private retry(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const monitors = [...this.waiting];
    this.waiting.clear();
    for (const monitor of monitors) this.submit(monitor);
  }

  private retryLater(): void {
    this.retryTimer ??= setTimeout(() => this.retry(), RETRY_MS * (1 + Math.random())).unref();
  }

  /** Not while others may already have been given our monitors: then it waits. */
  private mayWrite(monitor: OwnedMonitor): boolean {
    const { session } = this.node;
    if (!this.listening) {
      this.listening = true;
      session.onStatus((status) => status === 'fresh' && this.retry());
    }
    if (session.isFresh()) return true;
    this.waiting.add(monitor);
    return false;
  }

  /** Resolves true when nothing is left to do now; never rejects. */
  private write(monitor: OwnedMonitor): Promise<boolean> {
    const desk = this.deskOf(monitor);
    desk.writing = this.attempt(monitor)
      .catch((error: unknown) => {
        this.log.warn('a state could not be written; it is kept', { monitor: monitor.name, error: messageOf(error) });
        this.waiting.add(monitor);
        this.retryLater();
        return false;
      })
      .finally(() => delete desk.writing);
    return desk.writing;
  }

  private async attempt(monitor: OwnedMonitor): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const change = monitor.gone ? undefined : changeOf(monitor, this.facts());
      if (!change?.next) return true;
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') {
        this.accepted(monitor, change.stored.state, change.next, outcome.revision);
        return true;
      }
      if (!(await this.readAgain(monitor))) return !this.waiting.has(monitor);
    }
    throw new EtcdError('refused', 'the state changes whenever it is to be written');
  }

  private async commit(monitor: OwnedMonitor, change: StateChange, careful: boolean): Promise<Committed> {
    const { keys, client } = this.node;
    const wanted = careful ? recordsOf(monitor, change, keys) : recordsToRead(monitor, change, keys);
    const records = new Map<string, Entry | undefined>();
    if (wanted.length > 0) {
      const { reads } = await client.txn({ compare: [], then: wanted.map((key) => ({ get: key })) });
      wanted.forEach((key, index) => records.set(key, reads[index]));
    }
    return this.batch.write(writeOf(monitor, change, records, this.facts()));
  }

  /** After a refusal. Answers whether it is worth another attempt: not when the monitor is no longer ours, or we are no member. */
  private async readAgain(monitor: OwnedMonitor): Promise<boolean> {
    const { keys, client, session } = this.node;
    const { fence } = session;
    const wanted: Op[] = [monitor.key, keys.state(monitor.name), fence.key].map((key) => ({ get: key }));
    const [assignment, state, member] = (await client.txn({ compare: [], then: wanted })).reads;
    if (assignment?.createRevision !== monitor.createRevision) {
      // What the informer is about to tell as well.
      monitor.gone = true;
      this.log.info('a state was dropped: the monitor was given to another worker', { monitor: monitor.name });
      return false;
    }
    if (!member || member.createRevision !== fence.value) {
      this.waiting.add(monitor);
      if (!member) session.rejoin();
      this.retryLater();
      return false;
    }
    monitor.stored = storedFrom(state);
    return true;
  }

  private accepted(
    monitor: OwnedMonitor,
    before: MonitorState | undefined,
    state: MonitorState,
    revision: number,
  ): void {
    monitor.stored = { state, modRevision: revision };
    if ((before?.status ?? 'ok') === state.status) return;
    const from = before?.status ?? 'pending';
    this.node.events.emit('status-changed', `${monitor.name} is ${state.status}: ${state.message}`, {
      monitor: monitor.name,
      details: { from, to: state.status, count: state.count, incident: state.incident?.id ?? before?.incident?.id },
    });
  }

  private deskOf(monitor: OwnedMonitor): Desk {
    let desk = this.desks.get(monitor);
    if (!desk) this.desks.set(monitor, (desk = { bucket: new TokenBucket(BURST, () => this.clock.now()) }));
    return desk;
  }

  private facts(): WriterFacts {
    const { memberName, publicUrl } = this.config;
    return { keys: this.node.keys, worker: memberName, publicUrl, now: this.clock.now() };
  }
}

export function storedFrom(entry: Entry | undefined): { state: MonitorState | undefined; modRevision: number } {
  return { state: entry && decode<MonitorState>(entry.value), modRevision: entry?.modRevision ?? 0 };
}
