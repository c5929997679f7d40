import { Injectable } from '@nestjs/common';
import type { CheckResult } from '@9volt/contracts';
import { ClusterNode, ClusterTime } from '@9volt/etcd-dal';
import { HoldRules } from '../ledger/hold-rules.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';
import { MinuteLog } from './minute-log.js';

interface Seen {
  createRevision: number;
  revision: number;
  target: string;
}

/** The results of the running minute, and of those that nobody took yet. In the time of the cluster, which heirs continue. */
@Injectable()
export class HistoryLog {
  private readonly seen = new WeakMap<OwnedMonitor, Seen>();
  private ended: MinuteLog[] = [];
  private current: MinuteLog | undefined;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly time: ClusterTime,
    private readonly rules: HoldRules,
  ) {}

  /** Now, in the time of the cluster. */
  now(): number {
    return this.clock.now() + this.time.aheadMs;
  }

  ran(monitor: OwnedMonitor, result: CheckResult, startedAt: number): void {
    const { aheadMs } = this.time;
    const log = this.at(startedAt + result.latencyMs + aheadMs);
    this.noteEdits(log, monitor, startedAt + aheadMs);
    const isMaintained = this.rules.restOf(monitor, this.clock.now()) === 'maintenance';
    log.ran(monitor.name, monitor.holdMs, result, startedAt + aheadMs, isMaintained);
  }

  /** A check was due, and did not run. */
  rested(monitor: OwnedMonitor): void {
    const why = this.rules.restOf(monitor, this.clock.now());
    if (why) this.note(monitor, why);
  }

  /** It is not checked any more: removed, or disabled. */
  ends(monitor: OwnedMonitor): void {
    this.note(monitor, 'disabled');
  }

  overran(name: string, count: number): void {
    this.at(this.now()).overran(name, count);
  }

  /** The minutes that have ended since the last call. */
  takeEnded(): MinuteLog[] {
    this.at(this.now());
    return this.ended.splice(0);
  }

  /** The running minute so far. */
  get running(): MinuteLog | undefined {
    return this.current;
  }

  private note(monitor: OwnedMonitor, why: 'disabled' | 'maintenance'): void {
    const now = this.now();
    this.at(now).rested(monitor.name, monitor.holdMs, why, now);
  }

  /** The log of a moment. Time goes forward: what is late belongs to the running minute. */
  private at(now: number): MinuteLog {
    const n = Math.floor(now / this.node.stores.history.periods.minute);
    if (!this.current || n > this.current.n) {
      const before = this.current;
      if (before) this.ended.push(before);
      this.current = new MinuteLog(n, Math.ceil((before?.size ?? 0) * 1.1));
    }
    return this.current;
  }

  private noteEdits(log: MinuteLog, monitor: OwnedMonitor, at: number): void {
    const { revision, createRevision } = monitor.assignment;
    const before = this.seen.get(monitor);
    if (before?.revision === revision) return;
    this.seen.set(monitor, { revision, createRevision, target: monitor.stateTarget });
    if (before?.createRevision !== createRevision) return;
    log.marked(monitor.name, before.target === monitor.stateTarget ? 'edited' : 'target-changed', at);
  }
}
