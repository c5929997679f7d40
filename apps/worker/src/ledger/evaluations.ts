import { Injectable } from '@nestjs/common';
import type { CheckResult, MonitorState } from '@9volt/contracts';
import { ClusterNode, type StoredState } from '@9volt/etcd-dal';
import { at, evaluate, onlyAges } from '../evaluation/evaluate.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';

export interface EarlyResult {
  result: CheckResult;
  startedAt: number;
}

interface Known {
  /** The state in etcd; undefined until it was read. */
  stored?: StoredState;
  /** The stored state as others left it, who could not write; until the first evaluation. */
  base?: MonitorState | undefined;
  /** The highest number of an incident so far, also of those whose state is gone. */
  incidents: number;
  /** The latest evaluation; the stored state follows it. */
  current?: MonitorState | undefined;
  /** The result since then that changed only the times. Two numbers: a new state for each would fill the heap with what lives too long for it. */
  aged: boolean;
  ranAt: number;
  takenAt: number;
  /** Results that came before the stored state was known. */
  early: EarlyResult[];
}

/** How many results it keeps of a monitor whose stored state is not known yet. */
const MAX_EARLY = 100;

/** For each monitor the state in etcd, as far as this worker knows, and the one that it has evaluated since. */
@Injectable()
export class Evaluations {
  private readonly known = new WeakMap<OwnedMonitor, Known>();
  private readonly listeners = new Set<(monitor: OwnedMonitor) => void>();
  private readonly unwell = new Set<OwnedMonitor>();

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
  ) {}

  /** Monitors whose state in etcd has an open incident, or a warning about its error budget. */
  get openOnes(): ReadonlySet<OwnedMonitor> {
    for (const monitor of this.unwell) if (monitor.gone) this.unwell.delete(monitor);
    return this.unwell;
  }

  storedOf(monitor: OwnedMonitor): StoredState | undefined {
    return this.known.get(monitor)?.stored;
  }

  currentOf(monitor: OwnedMonitor): MonitorState | undefined {
    const known = this.known.get(monitor);
    if (known?.current && known.aged) {
      known.current = at(known.current, known.ranAt, known.takenAt);
      known.aged = false;
    }
    return known?.current;
  }

  /** The latest evaluation, perhaps with times of an earlier one; undefined if the last result changed more than the times. */
  unchangedOf(monitor: OwnedMonitor): MonitorState | undefined {
    const known = this.known.get(monitor);
    return known?.aged ? known.current : undefined;
  }

  /** Evaluates a result. Answers false if the stored state is not known yet: then the result waits for {@link load}. */
  take(monitor: OwnedMonitor, result: CheckResult, startedAt: number): boolean {
    const known = this.of(monitor);
    if (!known.stored) {
      known.early.push({ result, startedAt });
      if (known.early.length > MAX_EARLY) known.early.shift();
      return false;
    }
    const { revision, createRevision } = monitor.assignment;
    const context = {
      now: this.clock.now(),
      lastRunAt: startedAt,
      owner: this.node.memberId,
      ownerName: this.node.options.name,
      revision,
      createRevision,
      target: monitor.stateTarget,
      judgedWithinMs: monitor.judgedWithinMs,
      incidents: known.incidents,
    };
    known.aged = known.current !== undefined && onlyAges(known.current, result, monitor.settings, context);
    if (known.aged) {
      known.ranAt = startedAt;
      known.takenAt = context.now;
    } else
      known.current = evaluate(known.current ?? known.base ?? known.stored.state, result, monitor.settings, context);
    for (const listener of this.listeners) listener(monitor);
    return true;
  }

  /** Called after each evaluation. Must not throw or block. */
  onTaken(listener: (monitor: OwnedMonitor) => void): void {
    this.listeners.add(listener);
  }

  /** The state in etcd is known now. Answers the results that waited for it, to be evaluated again. */
  load(monitor: OwnedMonitor, stored: StoredState): EarlyResult[] {
    const known = this.of(monitor);
    if (!known.stored) this.store(monitor, known, stored);
    return known.early.splice(0);
  }

  /** The next result follows this state, rather than the one in etcd. */
  continueFrom(monitor: OwnedMonitor, base: MonitorState | undefined): void {
    this.of(monitor).base = base;
  }

  /** The state in etcd was read again, or written. */
  holds(monitor: OwnedMonitor, stored: StoredState): void {
    const known = this.of(monitor);
    this.store(monitor, known, stored);
    known.base = undefined;
    // The next incident gets a number of its own, also after one that another worker handed back.
    const incidents = stored.state?.incidents ?? 0;
    if (known.current && known.current.createRevision === stored.state?.createRevision) {
      if (known.current.incidents < incidents) known.current = { ...known.current, incidents };
    }
  }

  /** The evaluation does not count any more: the monitor is no longer checked. */
  forget(monitor: OwnedMonitor): void {
    this.of(monitor).current = undefined;
  }

  private store(monitor: OwnedMonitor, known: Known, stored: StoredState): void {
    known.stored = stored;
    known.incidents = Math.max(known.incidents, lastNumberOf(stored, monitor.assignment.createRevision));
    if (isOpen(stored.state)) this.unwell.add(monitor);
    else this.unwell.delete(monitor);
  }

  private of(monitor: OwnedMonitor): Known {
    let known = this.known.get(monitor);
    if (!known) this.known.set(monitor, (known = { incidents: 0, early: [], aged: false, ranAt: 0, takenAt: 0 }));
    return known;
  }
}

/** A monitor that was created again, while the state of the earlier one is there, counts from the start. */
function lastNumberOf({ state, incidents = 0 }: StoredState, createRevision: number): number {
  if (!state) return incidents;
  return state.createRevision === createRevision ? state.incidents : 0;
}

/** Whether it may have alarms that are held back, or that become due. */
export function isOpen(state: MonitorState | undefined): boolean {
  return state !== undefined && (state.incident !== null || state.burning !== undefined);
}
