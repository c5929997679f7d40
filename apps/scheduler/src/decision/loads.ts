import { mayRun, type PlannedWorker } from '../caches/pools.js';

/** The load of each worker, kept up to date monitor by monitor, so that placing one more needs no counting. */
export class Loads {
  private readonly total = new Map<string, number>();
  private readonly booked = new Map<string, { workerId: string; weight: number }>();

  /** Sets the worker of a monitor, or none. */
  book(monitor: string, workerId: string | undefined, weight: number): void {
    const before = this.booked.get(monitor);
    if (before) this.add(before.workerId, -before.weight);
    if (workerId === undefined) this.booked.delete(monitor);
    else {
      this.booked.set(monitor, { workerId, weight });
      this.add(workerId, weight);
    }
  }

  of(workerId: string): number {
    return this.total.get(workerId) ?? 0;
  }

  clear(): void {
    this.total.clear();
    this.booked.clear();
  }

  /** The least loaded of those workers; of several the first in the order of ids. */
  least(workers: Iterable<PlannedWorker>): string | undefined {
    let found: string | undefined;
    for (const { id } of workers) {
      const difference = found === undefined ? -1 : this.of(id) - this.of(found);
      if (difference < 0 || (difference === 0 && id < (found as string))) found = id;
    }
    return found;
  }

  /** By what part of its mean load the workers of a pool differ at most. */
  skew(workers: readonly PlannedWorker[], memberTag: string | undefined): number {
    const loads = workers.filter((w) => !w.draining && mayRun(w, memberTag)).map((worker) => this.of(worker.id));
    const sum = loads.reduce((all, load) => all + load, 0);
    return sum > 0 ? ((Math.max(...loads) - Math.min(...loads)) * loads.length) / sum : 0;
  }

  private add(workerId: string, weight: number): void {
    this.total.set(workerId, this.of(workerId) + weight);
  }
}
