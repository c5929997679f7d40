import { Inject, Injectable } from '@nestjs/common';
import { messageOf, type MonitorState, type OutboxEntry, type ResolveReason } from '@9volt/contracts';
import { ClusterNode, type Committed, type Entry, EtcdError, type Op } from '@9volt/etcd-dal';
import { AppLogger, type Logger, NodeConfig } from '@9volt/platform';
import { Detachment } from './detachment.js';
import { Handbacks } from './handbacks.js';
import { Spools } from './spools.js';
import { withKnownIds } from '../evaluation/owed.js';
import { CheckMetrics } from '../measure/check-metrics.js';
import { Clock } from '../time/clock.js';
import { TokenBucket } from '../time/token-bucket.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { InFlight } from '../outbox/in-flight.js';
import { FencedBatch, type FencedWrite } from './fenced-batch.js';
import {
  changeOf,
  type Handed,
  isEmpty,
  recordsOf,
  recordsToRead,
  removalOf,
  storedFrom,
  type StateChange,
  writeOf,
  type WriterFacts,
} from './plan-write.js';

/** What is known about the writing of one monitor. */
interface Desk {
  bucket: TokenBucket;
  writing?: Promise<boolean>;
  timer?: NodeJS.Timeout | undefined;
  /** What is owed by a write that is under way, or was not answered: it may be in the outbox, and keeps its ids. */
  sent: readonly OutboxEntry[];
}

/** States of one monitor in a burst, and a second on average. */
const BURST = 3;
const PER_SECOND = 1;
const RETRY_MS = 250;
const MOST_ATTEMPTS = 5;

/**
 * Makes etcd hold the latest evaluation of each monitor and what is owed by it. Level-triggered: it is told that there may be something
 * to write, and compares. While this process is detached, what follows from the results goes to the spools instead, and is written by
 * compare afterwards, if the monitor still is ours.
 */
@Injectable()
export class StateWriter {
  private readonly desks = new WeakMap<OwnedMonitor, Desk>();
  private readonly waiting = new Set<OwnedMonitor>();
  private readonly batch: FencedBatch;
  private readonly log: Logger;
  private retryTimer: NodeJS.Timeout | undefined;
  private listening = false;
  /** The revision at which etcd took a notification from here last. */
  owedAt = 0;

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Detachment) private readonly detachment: Detachment,
    @Inject(Spools) private readonly spools: Spools,
    @Inject(Handbacks) private readonly handbacks: Handbacks,
    @Inject(InFlight) private readonly inFlight: InFlight,
    @Inject(NodeConfig) private readonly config: Pick<NodeConfig, 'memberName' | 'publicUrl'>,
    @Inject(CheckMetrics) private readonly metrics: CheckMetrics,
    @Inject(AppLogger) logger: AppLogger,
  ) {
    this.batch = new FencedBatch(node);
    this.log = logger.child('state');
  }

  /** There may be something to write. Returns at once. */
  submit(monitor: OwnedMonitor): void {
    const desk = this.deskOf(monitor);
    if (desk.timer || monitor.gone) return;
    const { active } = this.detachment;
    const change = active ? this.spoolable(monitor) : !desk.writing && this.change(monitor);
    if (!change || (!active && !this.mayWrite(monitor))) return;
    const waitMs = desk.bucket.waitMs(PER_SECOND);
    if (waitMs > 0) {
      desk.timer = setTimeout(() => {
        desk.timer = undefined;
        this.submit(monitor);
      }, waitMs).unref();
      return;
    }
    desk.bucket.reserve(PER_SECOND, 0);
    if (active) this.spool(monitor, change, desk);
    else void this.write(monitor).then((settled) => settled && this.submit(monitor));
  }

  /** Resolves true when etcd holds the latest evaluation, however often this monitor was written lately; false when it cannot be. */
  async flush(monitor: OwnedMonitor): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      await this.deskOf(monitor).writing;
      if (monitor.gone || this.detachment.active) return false;
      if (!this.change(monitor)) return true;
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
    if (!this.mayWrite(monitor)) return undefined;
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !monitor.gone; attempt++) {
      const handed = this.handbacks.of(monitor);
      const change = removalOf(monitor, reason, this.facts(), handed);
      if (!change) {
        this.closeEmpty(monitor, handed);
        return monitor.modRevision;
      }
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') {
        this.accepted(monitor, change, outcome.revision);
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
  resume(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    const monitors = [...this.waiting];
    this.waiting.clear();
    for (const monitor of monitors) this.submit(monitor);
  }

  private resumeLater(): void {
    this.retryTimer ??= setTimeout(() => this.resume(), RETRY_MS * (1 + Math.random())).unref();
  }

  private change(monitor: OwnedMonitor): StateChange | undefined {
    const handed = this.handbacks.of(monitor);
    const change = changeOf(monitor, this.facts(), handed);
    if (!change) this.closeEmpty(monitor, handed);
    return change;
  }

  /** A worker that told nothing while it was detached has nothing to bring back. */
  private closeEmpty(monitor: OwnedMonitor, handed: Handed): void {
    if (handed.spooled !== undefined && isEmpty(handed) && !this.inFlight.sending(monitor.name)) {
      this.spools.close(monitor);
    }
  }

  /** What would be to write if etcd held what this process has decided without it. */
  private spoolable(monitor: OwnedMonitor): StateChange | undefined {
    const spool = this.spools.of(monitor);
    const stored = spool ? { state: spool.state, modRevision: 0 } : monitor.stored;
    return changeOf(monitor, this.facts(), undefined, stored);
  }

  private spool(monitor: OwnedMonitor, { next, owed, stored }: StateChange, { sent }: Desk): void {
    if (!next) return;
    this.spools.open(monitor).take({ next, owed }, this.clock.now(), sent);
    this.tell(monitor, stored.state, next);
    this.spools.tellOwed(monitor.name);
  }

  /** Not while others may already have been given our monitors, or what is to be stored may change yet: then it waits. */
  private mayWrite(monitor: OwnedMonitor): boolean {
    const { session } = this.node;
    if (!this.listening) {
      this.listening = true;
      session.onStatus((status) => status === 'fresh' && this.resume());
    }
    const isSettling = this.spools.of(monitor) !== undefined && this.inFlight.sending(monitor.name);
    if (session.isFresh() && !this.detachment.active && !isSettling) return true;
    this.waiting.add(monitor);
    if (isSettling) this.resumeLater();
    return false;
  }

  /** Resolves true when nothing is left to do now; never rejects. */
  private write(monitor: OwnedMonitor): Promise<boolean> {
    const desk = this.deskOf(monitor);
    desk.writing = this.attempt(monitor)
      .catch((error: unknown) => {
        this.log.warn('a state could not be written; it is kept', { monitor: monitor.name, error: messageOf(error) });
        this.waiting.add(monitor);
        this.resumeLater();
        return false;
      })
      .finally(() => delete desk.writing);
    return desk.writing;
  }

  private async attempt(monitor: OwnedMonitor): Promise<boolean> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const change = monitor.gone ? undefined : this.change(monitor);
      if (!change) return true;
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') {
        this.accepted(monitor, change, outcome.revision);
        return true;
      }
      if (!(await this.readAgain(monitor))) return !this.waiting.has(monitor);
    }
    throw new EtcdError('refused', 'the state changes whenever it is to be written');
  }

  private async commit(monitor: OwnedMonitor, change: StateChange, careful: boolean): Promise<Committed> {
    const { keys, client } = this.node;
    const desk = this.deskOf(monitor);
    this.detachment.writeBegan();
    try {
      const wanted = careful ? recordsOf(monitor, change, keys) : recordsToRead(monitor, change, keys);
      const records = new Map<string, Entry | undefined>();
      if (wanted.length > 0) {
        const { reads } = await client.txn({ compare: [], then: wanted.map((key) => ({ get: key })) });
        wanted.forEach((key, index) => records.set(key, reads[index]));
      }
      // What follows from the results is in the spool by now.
      if (this.detachment.active) throw new EtcdError('unavailable', 'etcd was given up before the write was sent');
      desk.sent = change.owed.entries = withKnownIds(change.owed.entries, desk.sent);
      const outcome = await this.batch.write(writeOf(monitor, change, records, this.facts()));
      desk.sent = [];
      this.detachment.writeAnswered();
      return outcome;
    } catch (error) {
      this.detachment.writeFailed(error);
      throw error;
    }
  }

  /** After a refusal. Answers whether it is worth another attempt: not when the monitor is no longer ours, or we are no member. */
  private async readAgain(monitor: OwnedMonitor): Promise<boolean> {
    const { keys, client, session, guard } = this.node;
    const { fence } = session;
    const wanted: Op[] = [monitor.key, keys.state(monitor.name), fence.key].map((key) => ({ get: key }));
    const [assignment, state, member] = (await client.txn({ compare: [], then: wanted })).reads;
    // What is absent from an etcd that was replaced is not given to others.
    if (!assignment || !member) await guard.check();
    if (assignment?.createRevision !== monitor.createRevision) {
      // What the informer is about to tell as well.
      monitor.gone = true;
      this.metrics.fenced(1);
      this.log.info('a state was dropped: the monitor was given to another worker', { monitor: monitor.name });
      return false;
    }
    if (!member || member.createRevision !== fence.value) {
      this.metrics.fenced(1);
      this.waiting.add(monitor);
      if (!member) session.rejoin();
      this.resumeLater();
      return false;
    }
    monitor.stored = storedFrom(state);
    return true;
  }

  private accepted(monitor: OwnedMonitor, { stored, next, owed, handed }: StateChange, revision: number): void {
    if (owed.entries.length > 0) this.owedAt = Math.max(this.owedAt, revision);
    // What was decided without etcd was told then.
    const spool = this.spools.of(monitor);
    const before = spool ? spool.state : stored.state;
    monitor.stored = next ? { state: next, modRevision: revision } : { state: undefined, modRevision: 0 };
    this.handbacks.stored(monitor, handed);
    if (!next) return;
    if (monitor.current && monitor.current.incidents < next.incidents) {
      monitor.current = { ...monitor.current, incidents: next.incidents };
    }
    if (!spool || handed.spooled !== undefined) this.tell(monitor, before, next);
  }

  private tell(monitor: OwnedMonitor, before: MonitorState | undefined, state: MonitorState): void {
    if ((before?.status ?? 'ok') === state.status) return;
    const from = before?.status ?? 'pending';
    this.node.events.emit('status-changed', `${monitor.name} is ${state.status}: ${state.message}`, {
      monitor: monitor.name,
      details: { from, to: state.status, count: state.count, incident: state.incident?.id ?? before?.incident?.id },
    });
  }

  private deskOf(monitor: OwnedMonitor): Desk {
    let desk = this.desks.get(monitor);
    if (!desk) {
      this.desks.set(monitor, (desk = { bucket: new TokenBucket(BURST, () => this.clock.now()), sent: [] }));
    }
    return desk;
  }

  private facts(): WriterFacts {
    const { memberName, publicUrl } = this.config;
    return { keys: this.node.keys, owner: this.node.memberId, worker: memberName, publicUrl, now: this.clock.now() };
  }
}
