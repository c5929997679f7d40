import { isChecked } from '@9volt/contracts';
import type { Worker } from '../caches/cluster-view.js';
import type { Holding } from '../caches/holding.js';
import { Loads } from './loads.js';
import type { Move } from './plan-assignments.js';
import { mayRun, type PlannedWorker } from '../caches/pools.js';
import type { Subject } from '../caches/judge-monitor.js';

/** Where each monitor is to run: as last planned, else where it is, else where the load is least. */
export class Placement {
  readonly loads = new Loads();
  private planned = new Map<string, string>();

  adopt(moves: readonly Move[]): void {
    this.planned = new Map(moves.map(({ monitor, to }) => [monitor, to]));
  }

  /** The worker that should run a monitor, and adds its load there; undefined if nobody may. */
  goal(
    monitor: string,
    subject: Pick<Subject, 'memberTag' | 'weight'>,
    holding: Holding | undefined,
    workers: ReadonlyMap<string, Worker>,
  ): string | undefined {
    const may = (id: string | undefined): id is string => {
      const worker = id === undefined ? undefined : workers.get(id);
      return worker !== undefined && isOpenTo(worker, subject.memberTag);
    };
    this.loads.book(monitor, undefined, 0);
    const goal =
      [this.planned.get(monitor), successorOf(holding), ownerOf(holding)].find(may) ??
      this.loads.least([...workers.values()].filter((worker) => isOpenTo(worker, subject.memberTag)));
    if (goal === undefined || goal === holding?.workerId) this.planned.delete(monitor);
    this.loads.book(monitor, goal, subject.weight);
    return goal;
  }

  /** No worker may run it. */
  release(monitor: string): void {
    this.planned.delete(monitor);
    this.loads.book(monitor, undefined, 0);
  }

  /** The worker with the least load, to finish the leftovers of a monitor that nobody runs. */
  helper(workers: ReadonlyMap<string, Worker>): string | undefined {
    const all = [...workers.values()];
    return this.loads.least(all.filter((worker) => !worker.draining)) ?? this.loads.least(all);
  }

  /** The greatest part of their mean load by which the workers of a pool differ. */
  skew(workers: ReadonlyMap<string, Worker>): number {
    const all = [...workers.values()];
    const tags = new Set<string | undefined>([undefined, ...all.flatMap((worker) => worker.tags)]);
    return Math.max(0, ...[...tags].map((tag) => this.loads.skew(all, tag)));
  }
}

/** Whether a worker may get monitors of a tag at present. */
export function isOpenTo(worker: PlannedWorker, memberTag: string | undefined): boolean {
  return !worker.draining && mayRun(worker, memberTag);
}

/** The present or coming owner of a monitor, for planning. */
export function expectedOwner(holding: Holding | undefined, isOpen: (id: string) => boolean): string | undefined {
  const successor = successorOf(holding);
  return successor !== undefined && isOpen(successor) ? successor : ownerOf(holding);
}

function successorOf(holding: Holding | undefined): string | undefined {
  return holding?.phase === 'retire' ? holding.to : undefined;
}

function ownerOf(holding: Holding | undefined): string | undefined {
  return isChecked(holding?.phase) ? holding?.workerId : undefined;
}
