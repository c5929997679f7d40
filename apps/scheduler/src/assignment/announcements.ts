import type { EventSink } from '@9volt/contracts';
import type { Cause } from '../decision/decide-assignment.js';
import type { Judged, RefusedMonitor } from '../caches/judge-monitor.js';
import type { Write } from './write-assignments.js';

/** Up to this number they are reported one by one. */
const SINGLY = 20;
const NAMES_REPORTED = 100;
/** A worker that restarts, or starts together with the scheduler, makes no orphans. */
const ORPHAN_AFTER_MS = 1_000;

interface Orphan {
  reason: string;
  since: number;
  told: boolean;
}

/**
 * Reports each thing once. A standby records what it sees silently, because its leader reports it; so after an election the new
 * leader reports only what happened since.
 */
export class Announcements {
  private readonly refusedAt = new Map<string, number>();
  private readonly warnedAt = new Map<string, number>();
  private readonly orphaned = new Map<string, Orphan>();

  constructor(
    private readonly events: EventSink,
    private readonly workerName: (id: string) => string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get orphans(): number {
    return this.orphaned.size;
  }

  get refused(): number {
    return this.refusedAt.size;
  }

  /** Once for each revision: an invalid configuration, or one with unknown alerters. */
  judged(
    name: string,
    judged: Judged | undefined,
    { silent, runsOn, unknownAlerters }: { silent: boolean; runsOn: boolean; unknownAlerters: readonly string[] },
  ): void {
    if (judged?.verdict !== 'refused') this.refusedAt.delete(name);
    else if (this.refusedAt.get(name) !== judged.revision) {
      this.refusedAt.set(name, judged.revision);
      if (!silent) {
        this.events.emit('config-refused', `monitor "${name}" ${verdictOf(judged, runsOn)}: ${judged.reason}`, {
          monitor: name,
          details: { kind: 'monitor', revision: judged.revision, reason: judged.reason },
        });
      }
    }
    if (judged?.verdict !== 'valid') this.warnedAt.delete(name);
    else if (unknownAlerters.length > 0 && this.warnedAt.get(name) !== judged.revision) {
      this.warnedAt.set(name, judged.revision);
      if (!silent) {
        const alerters = unknownAlerters.map((alerter) => `"${alerter}"`).join(', ');
        this.events.emit('warning', `monitor "${name}" uses alerters that do not exist: ${alerters}`, {
          monitor: name,
          details: { alerters: unknownAlerters, revision: judged.revision },
        });
      }
    }
  }

  /** Records whether nobody may run a monitor; `reason` is absent if somebody may. */
  orphan(name: string, reason: string | undefined, silent: boolean): void {
    if (reason === undefined) {
      this.orphaned.delete(name);
      return;
    }
    const known = this.orphaned.get(name);
    if (!known) this.orphaned.set(name, { reason, since: this.now(), told: silent });
    else {
      known.reason = reason;
      known.told ||= silent;
    }
  }

  /** Reports monitors that have been orphaned for a moment. */
  reportOrphans(): void {
    const due = [...this.orphaned].filter(([, { told, since }]) => !told && this.now() - since >= ORPHAN_AFTER_MS);
    for (const [, orphan] of due) orphan.told = true;
    if (due.length <= SINGLY) {
      for (const [name, { reason }] of due) {
        this.events.emit('monitor-orphaned', `monitor "${name}" runs on no worker: ${reason}`, {
          monitor: name,
          details: { reason },
        });
      }
      return;
    }
    const byReason = new Map<string, [string, Orphan][]>();
    for (const orphan of due) byReason.set(orphan[1].reason, [...(byReason.get(orphan[1].reason) ?? []), orphan]);
    for (const [reason, orphans] of byReason) {
      const monitors = orphans.slice(0, NAMES_REPORTED).map(([name]) => name);
      this.events.emit('monitor-orphaned', `${orphans.length} monitors run on no worker: ${reason}`, {
        details: { reason, count: orphans.length, monitors },
      });
    }
  }

  /** Reports assignments: singly, or as one event if there are many. */
  assigned(writes: readonly Write[]): void {
    const placed = writes.flatMap(({ monitor, effect }) => {
      if (effect.act === 'drop' || effect.cause === 'edited' || effect.cause === 'stays after all') return [];
      if (effect.content.phase === 'remove' || effect.content.phase === 'deliver') return [];
      const from = effect.act === 'assign' ? undefined : effect.holding.workerId;
      const to = effect.act === 'rewrite' ? effect.content.to : effect.to;
      return to === undefined ? [] : [{ monitor, from, to, cause: effect.cause }];
    });
    if (placed.length === 0) return;
    if (placed.length <= SINGLY) {
      for (const { monitor, from, to, cause } of placed) {
        const where = from === undefined ? '' : ` from ${this.workerName(from)}`;
        this.events.emit('monitor-assigned', `monitor "${monitor}" moves${where} to ${this.workerName(to)}: ${cause}`, {
          monitor,
          details: { ...(from === undefined ? {} : { from }), to, cause },
        });
      }
      return;
    }
    const causes = counted(placed.map(({ cause }) => cause));
    const workers = counted(placed.map(({ to }) => this.workerName(to)));
    this.events.emit('rebalance', `assigned ${placed.length} monitors: ${listed(causes)}`, {
      details: { count: placed.length, causes: Object.fromEntries(causes), to: Object.fromEntries(workers) },
    });
  }
}

function verdictOf({ poisonous }: RefusedMonitor, runsOn: boolean): string {
  if (poisonous) return 'is quarantined and does not run';
  return runsOn ? 'is quarantined; its last valid version keeps running' : 'is quarantined and does not run';
}

export function counted<T extends string | Cause>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** `3 new, 2 edited`. */
export function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
}
