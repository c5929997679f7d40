import { Injectable } from '@nestjs/common';
import { byName, type VitalsEntry, type WorkerLoad } from '@9volt/contracts';
import { CheckRunner } from '../execution/check-runner.js';
import { VitalsBuffer } from '../measure/vitals-buffer.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

/** Less is the worker's lateness, which it tells apart. */
const LATE_MS = 5_000;

/** What a dump tells of the monitors of this worker. */
@Injectable()
export class VitalsSource {
  /** Monitors whose last run gave no verdict. */
  private readonly unjudged = new Set<string>();

  constructor(
    private readonly monitors: OwnedMonitors,
    private readonly runner: CheckRunner,
    private readonly buffer: VitalsBuffer,
  ) {}

  get size(): number {
    return this.monitors.size;
  }

  names(): IterableIterator<string> {
    return this.monitors.names();
  }

  /** Takes out what was collected of a monitor. */
  take(name: string, now: number): VitalsEntry[] {
    const collected = this.buffer.take(name);
    if (!collected) return [];
    const last = collected.samples.at(-1);
    if (last?.unjudged) this.unjudged.add(name);
    else if (last) this.unjudged.delete(name);
    return [{ name, ...collected, nextDueAt: this.runner.nextDueAt(name) ?? now }];
  }

  /** A run that is under way when the next is due is no lateness: the next is skipped. What could not be judged was as good as not run. */
  lateness(now: number): Pick<WorkerLoad, 'late'> {
    const late = byName<number>();
    for (const { name, settings } of this.monitors.all()) {
      if ((this.runner.nextDueAt(name) ?? now) >= now - LATE_MS && !this.unjudged.has(name)) continue;
      const tag = settings['member-tag'] ?? '';
      late[tag] = (late[tag] ?? 0) + 1;
    }
    return Object.keys(late).length > 0 ? { late } : {};
  }

  /** Back from a dump that failed. */
  giveBack(entry: VitalsEntry): void {
    this.buffer.giveBack(entry);
  }
}
