import { Injectable } from '@nestjs/common';
import type { Compare } from '@9volt/etcd-dal';
import { Ownership } from './ownership.js';
import type { OwnedMonitor } from './owned-monitor.js';

/** The monitors of this worker. */
@Injectable()
export class OwnedMonitors extends Ownership {
  private readonly monitors = new Map<string, OwnedMonitor>();
  private readonly listeners = new Set<(monitor: string) => void>();

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
    for (const listener of this.listeners) listener(monitor.name);
  }

  remove(monitor: OwnedMonitor): void {
    monitor.gone = true;
    if (this.monitors.get(monitor.name) === monitor) this.monitors.delete(monitor.name);
  }

  override owns(name: string): boolean {
    return this.monitors.has(name);
  }

  override assignmentFence(name: string): Compare | undefined {
    const monitor = this.monitors.get(name);
    return monitor && fenceOf(monitor);
  }

  override onOwned(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }
}

/** The compare that an assignment still is the one that we know; edits and changes of its phase keep it. */
export function fenceOf(monitor: OwnedMonitor): Compare {
  return { key: monitor.key, target: 'create', value: monitor.createRevision };
}
