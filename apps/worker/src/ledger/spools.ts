import { Injectable } from '@nestjs/common';
import { ClusterNode } from '@9volt/etcd-dal';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { InFlight } from '../outbox/in-flight.js';
import { Evaluations } from './evaluations.js';
import { Spool } from './spool.js';

/** The spools of this worker. It keeps one until etcd has its content, however often the worker is cut off meanwhile. */
@Injectable()
export class Spools {
  private readonly spools = new Map<OwnedMonitor, Spool>();
  /** The latest of each name last: a monitor may have gone and come back. */
  private readonly byName = new Map<string, [OwnedMonitor, Spool][]>();
  private readonly listeners = new Set<(monitor: string, alerter: string) => void>();

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly evaluations: Evaluations,
    private readonly inFlight: InFlight,
  ) {}

  get isEmpty(): boolean {
    return this.spools.size === 0;
  }

  get(name: string): Spool | undefined {
    return this.byName.get(name)?.at(-1)?.[1];
  }

  of(monitor: OwnedMonitor): Spool | undefined {
    return this.spools.get(monitor);
  }

  /** Those of the same monitor from before it went and came back: etcd does not have their content yet. */
  formerOf(monitor: OwnedMonitor): [OwnedMonitor, Spool][] {
    return (this.byName.get(monitor.name) ?? []).filter(([owned]) => owned !== monitor);
  }

  /** The spool of a monitor; a new one begins with the stored state. */
  open(monitor: OwnedMonitor): Spool {
    let spool = this.spools.get(monitor);
    if (spool) return spool;
    const { name } = monitor;
    const { outbox } = this.node.stores;
    const stored = this.evaluations.storedOf(monitor)?.state;
    spool = new Spool(name, stored, (entry) => outbox.keyOf(name, entry));
    this.spools.set(monitor, spool);
    this.byName.set(name, [...this.formerOf(monitor), [monitor, spool]]);
    return spool;
  }

  /** The spool of a monitor by name; undefined if the monitor is not ours. */
  openOwned(name: string): Spool | undefined {
    const monitor = this.monitors.get(name);
    return monitor ? this.open(monitor) : this.get(name);
  }

  /** etcd has its content. */
  close(monitor: OwnedMonitor): void {
    this.spools.delete(monitor);
    const others = this.formerOf(monitor);
    if (others.length > 0) this.byName.set(monitor.name, others);
    else this.byName.delete(monitor.name);
  }

  /** Whether a send is in progress whose answer will change the content of the spool. */
  isSettling(monitor: OwnedMonitor): boolean {
    return this.spools.has(monitor) && this.inFlight.sending(monitor.name);
  }

  all(): [OwnedMonitor, Spool][] {
    return [...this.spools];
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  /** Called when another notification is pending. Must not throw or block. */
  onOwed(listener: (monitor: string, alerter: string) => void): void {
    this.listeners.add(listener);
  }

  emitOwed(name: string): void {
    for (const alerter of this.get(name)?.alerters ?? []) {
      for (const listener of this.listeners) listener(name, alerter);
    }
  }
}
