import { Injectable } from '@nestjs/common';
import {
  BURN_KINDS,
  type BurnKind,
  type BurnVerdict,
  type BurnVerdicts,
  type CheckResult,
  CLASS,
  judgeBurn,
  sloOf,
  STATUSES,
} from '@9volt/contracts';
import { ClusterNode, ClusterTime } from '@9volt/etcd-dal';
import { BurnFacts } from '../ledger/burn-facts.js';
import { HoldRules } from '../ledger/hold-rules.js';
import { type OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';
import { BurnLog } from './burn-log.js';

/** A warning ends when its rule no longer applies for so many minutes: a rate near its limit does not make it come and go. */
const CALM_MINUTES = 5;

interface Entry {
  log: BurnLog;
  /** Whether it knows what was before this worker had the monitor. */
  isComplete: boolean;
  verdicts?: BurnVerdicts;
  /** Since when a rule does not apply. */
  calmSince: Partial<Record<BurnKind, number>>;
}

const NO_SLO: BurnVerdicts = { fast: { is: 'off', message: '' }, slow: { is: 'off', message: '' } };

/** The error budgets of this worker's monitors: from its own results, and from the history for the time before. */
@Injectable()
export class BurnLogs extends BurnFacts {
  private readonly entries = new Map<OwnedMonitor, Entry>();

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly time: ClusterTime,
    private readonly rules: HoldRules,
  ) {
    super();
  }

  override of(monitor: OwnedMonitor): BurnVerdicts | undefined {
    return sloOf(monitor.settings) ? this.entries.get(monitor)?.verdicts : NO_SLO;
  }

  ran(monitor: OwnedMonitor, result: CheckResult, startedAt: number): void {
    // Most monitors have no objective.
    if (result.unjudged || (this.entries.size === 0 && !sloOf(monitor.settings))) return;
    const isMaintained = this.rules.restOf(monitor, this.clock.now()) === 'maintenance';
    this.took(
      monitor,
      startedAt + result.latencyMs + this.time.aheadMs,
      isMaintained ? CLASS.maintenance : STATUSES.indexOf(result.status),
    );
  }

  /** A check was due, and did not run. */
  rested(monitor: OwnedMonitor): void {
    const why = this.rules.restOf(monitor, this.clock.now());
    if (why) this.took(monitor, this.now, CLASS[why]);
  }

  /** The monitors of this worker that have an error budget and were checked here. */
  get monitors(): Iterable<OwnedMonitor> {
    for (const monitor of this.entries.keys()) if (monitor.gone) this.entries.delete(monitor);
    return this.entries.keys();
  }

  /** The log of a monitor that does not know yet what was before it. */
  incomplete(monitor: OwnedMonitor): BurnLog | undefined {
    const entry = this.entries.get(monitor);
    return entry?.isComplete === false ? entry.log : undefined;
  }

  /** A log of the same size, for what was before. */
  blankOf({ scale }: BurnLog): BurnLog {
    return new BurnLog(this.minuteMs, scale);
  }

  /** What was before is known now. */
  complete(monitor: OwnedMonitor, log: BurnLog, before: BurnLog): void {
    const entry = this.entries.get(monitor);
    if (entry?.log !== log) return;
    entry.log = before.follow(log);
    entry.isComplete = true;
  }

  /** Judges anew. Answers undefined while too little is known. */
  judge(monitor: OwnedMonitor): BurnVerdicts | undefined {
    const slo = sloOf(monitor.settings);
    if (!slo) return NO_SLO;
    const entry = this.entries.get(monitor);
    if (!entry?.isComplete) return undefined;
    const { now } = this;
    const found = judgeBurn(slo.target, slo.scale, (minutes) => entry.log.seen(minutes, now));
    const settled = (kind: BurnKind): BurnVerdict => this.settled(entry, kind, found[kind], now);
    entry.verdicts = { fast: settled('fast'), slow: settled('slow') };
    return entry.verdicts;
  }

  /** Forgets since when a rule does not apply when it applies again, or when nobody knows. */
  private settled(entry: Entry, kind: BurnKind, verdict: BurnVerdict, now: number): BurnVerdict {
    if (verdict.is !== 'off') {
      delete entry.calmSince[kind];
      return verdict;
    }
    const since = (entry.calmSince[kind] ??= now);
    return now - since >= CALM_MINUTES * this.minuteMs ? verdict : { is: 'unknown', message: '' };
  }

  private took(monitor: OwnedMonitor, at: number, code: number): void {
    const slo = sloOf(monitor.settings);
    if (!slo) {
      this.entries.delete(monitor);
      return;
    }
    let entry = this.entries.get(monitor);
    if (entry?.log.scale !== slo.scale) {
      entry = { log: new BurnLog(this.minuteMs, slo.scale), isComplete: false, calmSince: {} };
      this.entries.set(monitor, entry);
    }
    entry.log.took({ last: at, lastClass: code, holdMs: monitor.holdMs });
  }

  get minuteMs(): number {
    return this.node.stores.history.periods.minute;
  }

  /** In the time of the cluster. */
  get now(): number {
    return this.clock.now() + this.time.aheadMs;
  }
}

/** Whether a decision about notifications may come out differently with these verdicts. */
export function mayChange(
  verdicts: BurnVerdicts | undefined,
  burning: Partial<Record<BurnKind, unknown>> = {},
): boolean {
  return BURN_KINDS.some((kind) => {
    const { is = 'unknown' } = verdicts?.[kind] ?? {};
    return is === 'on' ? burning[kind] === undefined : is === 'off' && burning[kind] !== undefined;
  });
}
