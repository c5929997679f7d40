import { Injectable } from '@nestjs/common';
import type { CheckResult, MonitorState } from '@9volt/contracts';
import { ClusterNode, type StoredState } from '@9volt/etcd-dal';
import { evaluate } from '../evaluation/evaluate.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';

export interface EarlyResult {
  result: CheckResult;
  startedAt: number;
}

interface Known {
  /** What etcd holds; undefined until it was read. */
  stored?: StoredState;
  /** The latest evaluation; what is stored follows it. */
  current?: MonitorState | undefined;
  /** Results that came before what is stored was known. */
  early: EarlyResult[];
}

/** Results kept of a monitor whose stored state is not known yet. */
const MAX_EARLY = 100;

/** Of each monitor the state that etcd holds, as far as this worker knows, and the one that it has evaluated since. */
@Injectable()
export class Evaluations {
  private readonly known = new WeakMap<OwnedMonitor, Known>();
  private readonly listeners = new Set<(monitor: OwnedMonitor) => void>();

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
  ) {}

  storedOf(monitor: OwnedMonitor): StoredState | undefined {
    return this.known.get(monitor)?.stored;
  }

  currentOf(monitor: OwnedMonitor): MonitorState | undefined {
    return this.known.get(monitor)?.current;
  }

  /** Evaluates a result. Answers false when what is stored is not known yet: then it waits for {@link load}. */
  take(monitor: OwnedMonitor, result: CheckResult, startedAt: number): boolean {
    const known = this.of(monitor);
    if (!known.stored) {
      known.early.push({ result, startedAt });
      if (known.early.length > MAX_EARLY) known.early.shift();
      return false;
    }
    const { revision, createRevision } = monitor.assignment;
    known.current = evaluate(known.current ?? known.stored.state, result, monitor.settings, {
      now: this.clock.now(),
      lastRunAt: startedAt,
      owner: this.node.memberId,
      ownerName: this.node.options.name,
      revision,
      createRevision,
      target: monitor.stateTarget,
      judgedWithinMs: monitor.judgedWithinMs,
    });
    for (const listener of this.listeners) listener(monitor);
    return true;
  }

  /** Called after each evaluation. Must not throw or block. */
  onTaken(listener: (monitor: OwnedMonitor) => void): void {
    this.listeners.add(listener);
  }

  /** What etcd holds is known now. Answers the results that waited for it, to be taken again. */
  load(monitor: OwnedMonitor, stored: StoredState): EarlyResult[] {
    const known = this.of(monitor);
    known.stored ??= stored;
    return known.early.splice(0);
  }

  /** What etcd holds was read again, or written. */
  holds(monitor: OwnedMonitor, stored: StoredState): void {
    const known = this.of(monitor);
    known.stored = stored;
    // The next incident has a number of its own, also after one of which another worker told.
    const incidents = stored.state?.incidents ?? 0;
    if (known.current && known.current.createRevision === stored.state?.createRevision) {
      if (known.current.incidents < incidents) known.current = { ...known.current, incidents };
    }
  }

  /** What was evaluated counts no more: the monitor is not checked any longer. */
  forget(monitor: OwnedMonitor): void {
    this.of(monitor).current = undefined;
  }

  private of(monitor: OwnedMonitor): Known {
    let known = this.known.get(monitor);
    if (!known) this.known.set(monitor, (known = { early: [] }));
    return known;
  }
}
