import { Injectable } from '@nestjs/common';
import type { Assignment } from '@9volt/contracts';
import type { Compare, Item } from '@9volt/etcd-dal';
import type { OwnedMonitor } from './owned-monitor.js';

/** The monitors of this worker. */
@Injectable()
export class OwnedMonitors {
  private readonly monitors = new Map<string, OwnedMonitor>();
  private readonly listeners = new Set<(monitor: string) => void>();
  private changes = 0;

  /** Grows whenever a monitor comes, goes or gets other settings. What follows from all settings has to be computed only then. */
  get version(): number {
    return this.changes;
  }

  get size(): number {
    return this.monitors.size;
  }

  get(name: string): OwnedMonitor | undefined {
    return this.monitors.get(name);
  }

  all(): IterableIterator<OwnedMonitor> {
    return this.monitors.values();
  }

  names(): IterableIterator<string> {
    return this.monitors.keys();
  }

  add(monitor: OwnedMonitor): void {
    this.monitors.set(monitor.name, monitor);
    this.changes++;
    for (const listener of this.listeners) listener(monitor.name);
  }

  /** A change of the same assignment: edited, or in another phase. */
  update(monitor: OwnedMonitor, item: Item<Assignment>): void {
    monitor.update(item);
    this.changes++;
  }

  remove(monitor: OwnedMonitor): void {
    monitor.leave();
    this.changes++;
    if (this.monitors.get(monitor.name) === monitor) this.monitors.delete(monitor.name);
  }

  /** Whether the monitor is assigned to this process, in any phase. */
  owns(name: string): boolean {
    return this.monitors.has(name);
  }

  /** The comparison that it still is: the create revision of our assignment's key, which edits keep. */
  assignmentFence(name: string): Compare | undefined {
    const monitor = this.monitors.get(name);
    return monitor && fenceOf(monitor);
  }

  /** Called for each monitor when it becomes ours. Must not throw or block: it enqueues. */
  onOwned(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }
}

/** The comparison that an assignment is still the one that we know; edits and changes of its phase keep it. */
export function fenceOf(monitor: OwnedMonitor): Compare {
  return { key: monitor.key, target: 'create', value: monitor.createRevision };
}
