import { Injectable } from '@nestjs/common';
import { messageOf, type OutboxEntry, type ResolveReason } from '@9volt/contracts';
import { ClusterNode, type Committed, EtcdError, type FencedWrite, NO_STATE } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { withKnownIds } from '../evaluation/owed.js';
import { OutboxView } from '../outbox/outbox-view.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Evaluations } from './evaluations.js';
import { FencedWrites } from './fenced-writes.js';
import { Handbacks } from './handbacks.js';
import type { Ledger, Readiness, Recorded } from './ledger.js';
import { recordsOf, recordsToRead, writeOf } from './plan-write.js';
import { changeOf, isEmpty, isWritten, removalOf, SOON_MS, type StateChange } from './state-change.js';
import { reportChange } from './report-change.js';
import { WorkerFacts } from './worker-facts.js';

const MAX_ATTEMPTS = 5;

interface Sent {
  monitor: OwnedMonitor;
  change: StateChange;
  /** Ids that no earlier write can have put into the outbox. */
  fresh: ReadonlySet<string>;
}

/**
 * The ledger of a worker that relies on etcd. Each write compares the assignment, the membership and the state that it replaces.
 * After a refusal it reads the present ones, and computes the change again.
 */
@Injectable()
export class EtcdLedger implements Ledger {
  private readonly log: Logger;
  private readonly writing = new WeakMap<OwnedMonitor, Promise<Recorded>>();
  /** By monitor, the notifications of a write in progress or without an answer: they may be in the outbox, and keep their ids. */
  private readonly sent = new Map<string, Sent>();
  /** The revision at which etcd last accepted a notification from here. */
  owedAt = 0;

  constructor(
    private readonly node: ClusterNode,
    private readonly writes: FencedWrites,
    private readonly evaluations: Evaluations,
    private readonly handbacks: Handbacks,
    private readonly facts: WorkerFacts,
    private readonly outbox: OutboxView,
    logger: AppLogger,
  ) {
    this.log = logger.child('state');
    outbox.onChange((name, alerter) => this.notice(name, alerter));
  }

  /** Not while others may already have our monitors, or while the next state may still change. */
  readiness(monitor: OwnedMonitor): Readiness {
    if (this.writing.has(monitor)) return 'busy';
    const isReturning = this.handbacks.isSettling(monitor) || this.handbacks.isHandingBack(monitor);
    return this.writes.possible && !isReturning ? 'ready' : 'waits';
  }

  /** Whether the last result left nothing to write, by a quick look: so it is with most of them. */
  isWritten(monitor: OwnedMonitor): boolean {
    const current = this.evaluations.unchangedOf(monitor);
    const stored = this.evaluations.storedOf(monitor)?.state;
    return current !== undefined && isWritten(monitor, stored, current) && isEmpty(this.handbacks.of(monitor));
  }

  changeOf(monitor: OwnedMonitor): StateChange | undefined {
    const stored = this.evaluations.storedOf(monitor);
    const evaluated = this.evaluations.currentOf(monitor);
    if (!evaluated && this.awaitsResult(monitor)) return undefined;
    return changeOf(monitor, { stored, evaluated, handed: this.handbacks.of(monitor) }, this.facts.now());
  }

  /**
   * Whether handbacks are merged with the first result here: the state of an earlier owner may be over, and nobody should be
   * notified of it again. It does not wait for a result that takes long.
   */
  private awaitsResult(monitor: OwnedMonitor): boolean {
    if (!monitor.isChecked || !this.handbacks.has(monitor.name)) return false;
    return monitor.intervalMs <= SOON_MS || this.handbacks.awaitsResult(monitor);
  }

  record(monitor: OwnedMonitor, change: StateChange): Promise<Recorded> {
    const writing = this.attempt(monitor, change)
      .catch((error: unknown): Recorded => {
        this.log.warn('could not write a state to etcd; will retry', {
          monitor: monitor.name,
          error: messageOf(error),
        });
        return 'later';
      })
      .finally(() => this.writing.delete(monitor));
    this.writing.set(monitor, writing);
    return writing;
  }

  /** Resolves when no write about the monitor is in progress. */
  async idle(monitor: OwnedMonitor): Promise<void> {
    await this.writing.get(monitor);
  }

  /** It has the latest evaluation: a worker that sent nothing else while it was detached has nothing to bring back. */
  settled(monitor: OwnedMonitor): void {
    this.handbacks.closeEmpty(monitor);
  }

  /** Notifications of a write that has no answer yet, or got none. */
  unanswered(monitor: OwnedMonitor): readonly OutboxEntry[] {
    const sent = this.sent.get(monitor.name);
    return sent?.monitor === monitor ? sent.change.owed.entries : [];
  }

  /**
   * Sends a resolve to each alerter that was notified, and deletes the state. Answers the revision of that, or of etcd if there was
   * nothing to do; undefined if this process may not do it now, or no longer. Throws `EtcdError` when etcd cannot be asked.
   */
  async remove(monitor: OwnedMonitor, reason: ResolveReason): Promise<number | undefined> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !monitor.gone; attempt++) {
      const basis = { stored: this.evaluations.storedOf(monitor), handed: this.handbacks.of(monitor) };
      const change = removalOf(monitor, reason, basis, this.facts.now());
      if (!change) {
        this.settled(monitor);
        return monitor.modRevision;
      }
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') return outcome.revision;
      if ((await this.lookAgain(monitor)) !== 'ours') return undefined;
    }
    if (monitor.gone) return undefined;
    throw new EtcdError('refused', `could not remove the state of ${monitor.name}: it changed during each attempt`);
  }

  private async attempt(monitor: OwnedMonitor, first: StateChange): Promise<Recorded> {
    let change: StateChange | undefined = first;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (monitor.gone) return 'lost';
      if (!change) return 'done';
      const outcome = await this.commit(monitor, change, attempt > 0);
      if (outcome.outcome === 'accepted') {
        const isLatest = this.evaluations.currentOf(monitor) === change.evaluated;
        return isLatest && !this.handbacks.isPending(monitor) ? 'done' : 'again';
      }
      const standing = await this.lookAgain(monitor);
      if (standing !== 'ours') return standing;
      change = this.changeOf(monitor);
    }
    throw new EtcdError('refused', 'the state changed during each attempt to write it');
  }

  private commit(monitor: OwnedMonitor, change: StateChange, careful: boolean): Promise<Committed> {
    const { stores } = this.node;
    return this.writes
      .urgently(async (): Promise<FencedWrite> => {
        const records = await stores.incident.readAll(
          monitor.name,
          careful ? recordsOf(change) : recordsToRead(change),
        );
        // The notifications of the results are in the spool by now.
        if (!this.writes.attached)
          throw new EtcdError('unavailable', 'the worker detached from etcd before it sent the write');
        const before = this.unanswered(monitor);
        change.owed.entries = withKnownIds(change.owed.entries, before);
        this.sent.set(monitor.name, { monitor, change, fresh: freshIds(change, before) });
        return writeOf(monitor, change, records, stores, this.facts.now().now);
      })
      .then((outcome) => {
        const isUnnoticed = this.sent.get(monitor.name)?.change === change;
        if (isUnnoticed) this.sent.delete(monitor.name);
        if (isUnnoticed && outcome.outcome === 'accepted') this.accepted(monitor, change, outcome.revision);
        return outcome;
      });
  }

  /** The notifications are in the outbox: so etcd accepted the write, whether or not it answered. */
  private notice(name: string, alerter: string): void {
    const sent = this.sent.get(name);
    if (!sent) return;
    const found = this.outbox.queue(name, alerter).find(({ entry }) => sent.fresh.has(entry.id));
    if (!found) return;
    this.sent.delete(name);
    this.accepted(sent.monitor, sent.change, found.createRevision);
  }

  /** After a refusal: whether to try again. Not if the monitor is no longer ours, or while we are not a member. */
  private async lookAgain(monitor: OwnedMonitor): Promise<'ours' | 'lost' | 'later'> {
    const { stores, session, guard } = this.node;
    const { fence } = session;
    const { stored, assignment, member } = await stores.state.standing(monitor.name, monitor.key, fence.key);
    // If somebody replaced etcd, missing assignments do not belong to others.
    if (assignment === undefined || member === undefined) await guard.check();
    if (assignment !== monitor.createRevision) {
      // The informer is about to report the same.
      monitor.leave();
      this.writes.fenced(1);
      this.log.info('dropped a state: another worker owns the monitor now', { monitor: monitor.name });
      return 'lost';
    }
    if (member !== fence.value) {
      this.writes.fenced(1);
      if (member === undefined) session.rejoin();
      return 'later';
    }
    this.evaluations.holds(monitor, stored);
    return 'ours';
  }

  private accepted(monitor: OwnedMonitor, { stored, next, owed, handed }: StateChange, revision: number): void {
    if (owed.entries.length > 0) this.owedAt = Math.max(this.owedAt, revision);
    const owedKeys = new Set(owed.entries.map((entry) => this.node.stores.outbox.keyOf(monitor.name, entry)));
    const gone = (handed.obsolete ?? []).filter((key) => !owedKeys.has(key));
    // A status change that was decided without etcd was reported then.
    const told = this.handbacks.notifiedState(monitor);
    this.evaluations.holds(monitor, next ? { state: next, modRevision: revision } : NO_STATE);
    this.handbacks.stored(monitor, handed);
    this.outbox.wrote(monitor.name, owed.entries, revision);
    this.outbox.gone(gone, revision);
    if (next && (!told || handed.spooled !== undefined)) {
      reportChange(this.node.events, monitor, told ? told.state : stored.state, next);
    }
  }
}

function freshIds({ owed, handed }: StateChange, before: readonly OutboxEntry[]): ReadonlySet<string> {
  const known = new Set([...before, ...handed.incidents.flatMap(({ unanswered }) => unanswered)].map(({ id }) => id));
  return new Set(owed.entries.map(({ id }) => id).filter((id) => !known.has(id)));
}
