import { ReportSettings, type Validated, validateSettings } from '@9volt/contracts';
import { type Change, ClusterNode, type StoredReportRecord, Watched } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterView } from './cluster-view.js';
import { Leftovers } from './leftovers.js';
import type { MonitorSource } from './judge-monitor.js';
import { MonitorCatalog, toSource } from './monitor-catalog.js';

/** Listeners enqueue and return. */
export interface CacheListener {
  onMonitor?: (name: string, change: Change<MonitorSource>) => void;
  /** The verdict on a monitor may differ after a change of another. */
  onDoubt?: (name: string) => void;
  onAlerter?: (name: string, change: Change<MonitorSource>) => void;
  onHolding?: (monitor: string) => void;
  onLeftover?: (monitor: string) => void;
  onMembership?: () => void;
  onConnection?: (connected: boolean) => void;
}

/** Everything that a scheduler keeps in memory, leading or not, so that a successor need not read it first. */
@Injectable()
export class SchedulerCaches {
  readonly view: ClusterView;
  readonly catalog: MonitorCatalog;
  readonly leftovers: Leftovers;
  /** The texts of the alerters' configurations. */
  readonly alerters: Watched<MonitorSource>;
  readonly reports: Watched<Validated<ReportSettings>>;
  /** What is noted of each report. */
  readonly reportRecords: Watched<Pick<StoredReportRecord, 'record'>>;
  private readonly all: readonly { start(): Promise<void>; stop(): Promise<void>; verify(): Promise<string[]> }[];
  private readonly listeners: CacheListener[] = [];
  private listedOnce = false;

  constructor(private readonly node: ClusterNode) {
    const tell = (call: (listener: CacheListener) => void): void => this.listeners.forEach(call);
    this.view = new ClusterView(node, {
      onMembership: () => tell((listener) => listener.onMembership?.()),
      onHolding: (monitor) => tell((listener) => listener.onHolding?.(monitor)),
      onConnection: (connected) => tell((listener) => listener.onConnection?.(connected)),
    });
    this.catalog = new MonitorCatalog(
      node,
      (name, change) => tell((listener) => listener.onMonitor?.(name, change)),
      (name) => tell((listener) => listener.onDoubt?.(name)),
    );
    this.leftovers = new Leftovers(node, (monitor) => tell((listener) => listener.onLeftover?.(monitor)));
    this.alerters = new Watched(
      node,
      { prefix: node.keys.alerters, decode: toSource },
      {
        onChange: (change) =>
          tell((listener) => listener.onAlerter?.(change.key.slice(node.keys.alerters.length), change)),
      },
    );
    const { report, reportSent } = node.stores;
    this.reports = new Watched(
      node,
      report.judged((_name, { value }) => validateSettings(ReportSettings, value)),
    );
    this.reportRecords = new Watched(node, reportSent.watched);
    const { states, outbox, handbacks } = this.leftovers;
    this.all = [
      ...[this.view, this.catalog.informer, states, outbox, handbacks],
      ...[this.alerters, this.reports, this.reportRecords],
    ];
  }

  listen(listener: CacheListener): void {
    this.listeners.push(listener);
  }

  /** Whether everything was listed once: earlier changes are not news. */
  get listed(): boolean {
    return this.listedOnce;
  }

  hasAlerter(name: string): boolean {
    return this.alerters.get(this.node.keys.alerter(name)) !== undefined;
  }

  /** Resolves once everything is listed; waits for etcd as long as it takes. */
  async start(): Promise<void> {
    await Promise.all(this.all.map((cache) => cache.start()));
    this.listedOnce = true;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((cache) => cache.stop()));
  }

  /** Compares every cache with etcd. Answers the keys that differed; they are listed again. */
  async verify(): Promise<string[]> {
    const differing: string[] = [];
    for (const cache of this.all) differing.push(...(await cache.verify()));
    return differing;
  }
}
