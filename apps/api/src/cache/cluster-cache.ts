import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import {
  type ClusterConfig,
  type CoverageReport,
  type Director,
  DomainError,
  type DerivedStatus,
  messageOf,
  type Member,
  type MonitorSettings,
  type Origin,
  type Sample,
  reportDefect,
  unawaited,
} from '@9volt/contracts';
import { type Change, ClusterNode, type EtcdError, type Item, Watched } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics } from '@9volt/platform';
import { EventLog } from './event-log.js';
import { MembersView } from './members-view.js';
import { MonitorView, type Surroundings } from './monitor-view.js';
import { DumpInterval } from './dump-interval.js';
import { indexRecord, indexResults, type MonitorRecord } from './index-monitor.js';
import { readBack } from './read-back.js';
import { type CacheRecord, clusterRecords } from './records.js';
import { QuietView } from './quiet-view.js';
import { VitalsView } from './vitals-view.js';

/** A listener of the cache. Must not throw or block. */
export interface CacheListener {
  /** Everything was read for the first time. */
  ready?(): void;
  /** After the cache has it, in the order of revisions. */
  change?(record: CacheRecord, gone: boolean): void;
  /** After the last change of a revision. */
  revision?(revision: number): void;
  /** Everything was listed again: changes in between are unknown. */
  relisted?(): void;
}

export type AlerterRecord = Extract<CacheRecord, { kind: 'alerter' }>;

const WRITE_WAIT_MS = 1_000;
const VERIFY_EVERY_MS = 300_000;

/** The API's view of the whole cluster, filled by one watch. */
@Injectable()
export class ClusterCache implements OnApplicationBootstrap, OnModuleDestroy, Surroundings {
  readonly monitors = new Map<string, MonitorView>();
  readonly alerters = new Map<string, Item<AlerterRecord>>();
  /** Where entries come from, by name. */
  readonly origins = {
    monitor: new Map<string, Origin>(),
    alerter: new Map<string, Origin>(),
    maintenance: new Map<string, Origin>(),
  };
  readonly members = new MembersView();
  readonly quiet = new QuietView();
  readonly events = new EventLog();
  director: Director | undefined;
  config: ClusterConfig | undefined;
  coverage: CoverageReport | undefined;
  private readonly dumps = new DumpInterval();
  private readonly vitals = new VitalsView((workerId, told, dumped) => {
    const view = this.monitors.get(told.name);
    if (view) indexResults(view, workerId, told, dumped, { now: Date.now(), isNews: dumped.isNews });
  });
  /** Everything was listed: what comes now was written just now. */
  private listed = false;
  private readonly listeners = new Set<CacheListener>();
  private readonly informer: Watched<CacheRecord>;
  private readonly log: Logger;
  private synced = false;
  private readonly stopped = new AbortController();

  constructor(
    readonly node: ClusterNode,
    logger: AppLogger,
    health: Health,
    metrics: Metrics,
  ) {
    this.log = logger.child('api-cache');
    this.informer = new Watched(node, clusterRecords(node.keys, node.stores), {
      onChange: (change) => this.apply(change),
      onRevision: (revision) => this.complete(revision),
      onRelist: () => this.relisted(),
      onConnection: (error) => this.connection(error),
    });
    health.readiness('api-cache', () => this.unreadiness());
    metrics.gauge('ninevolt_api_cache_keys', 'Keys in the read cache of the API', [], (gauge) =>
      gauge.set(this.informer.items.size),
    );
  }

  /** Not awaited: the process listens, and answers about its health, while it waits for etcd. */
  onApplicationBootstrap(): void {
    const ready = async (): Promise<void> => {
      if (this.informer.revision === 0) return;
      const { signal } = this.stopped;
      // Without the last results, healthy monitors would look silent.
      await readBack(this.vitals, this.members, { dumpIntervalMs: this.dumpIntervalMs, signal });
      if (signal.aborted) return;
      this.synced = true;
      this.emit((listener) => listener.ready?.());
      this.log.info(`read ${this.informer.items.size} keys at revision ${this.informer.revision}`);
    };
    unawaited('the first reading', this.informer.start().then(ready));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    await this.informer.stop();
  }

  @Interval(VERIFY_EVERY_MS)
  async verify(): Promise<void> {
    if (!this.synced || !this.informer.connected) return;
    try {
      const differing = await this.informer.verify();
      if (differing > 0) this.log.warn(`${differing} cached keys differ from etcd; listing all keys again`);
    } catch (error) {
      this.log.debug(`could not compare the cache with etcd: ${messageOf(error)}`);
    }
  }

  /** Throws unless everything was read once. */
  assertReady(): void {
    const reason = this.synced ? undefined : this.unreadiness();
    if (reason !== undefined) throw new DomainError('unavailable', `Not ready: ${reason}`);
  }

  get isReady(): boolean {
    return this.synced;
  }

  get revision(): number {
    return this.informer.revision;
  }

  /** The random id of the data; empty before it is known. */
  get clusterId(): string {
    return this.config?.ClusterId ?? this.node.guard.id;
  }

  get dumpIntervalMs(): number {
    return this.dumps.at(Date.now());
  }

  listen(listener: CacheListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get(key: string): Item<CacheRecord> | undefined {
    return this.informer.get(key);
  }

  /** After a write of this process: waits until reads show it, at most a second. */
  async awaitWrite(revision: number): Promise<void> {
    await this.informer.reached(revision, WRITE_WAIT_MS);
  }

  status(view: MonitorView, now = Date.now()): DerivedStatus {
    return view.status(this, now);
  }

  /** The last assigned version of a monitor: it still runs if the present one is invalid. */
  lastGood({ assignment }: MonitorView): MonitorSettings | undefined {
    return assignment && this.node.stores.assignment.parsed(assignment)?.settings;
  }

  history(monitor: string): Sample[] {
    return this.vitals.history(monitor);
  }

  /** The newest results of some monitors, oldest first, at most `limit` of each, none before `since`. */
  recent(monitors: ReadonlySet<string>, limit: number, since?: number): Promise<Map<string, Sample[]>> {
    return this.vitals.recent(monitors, limit, since);
  }

  isLiveWorker(workerId: string): boolean {
    return this.members.isLiveWorker(workerId);
  }

  mayRun(memberTag: string | undefined): boolean {
    return this.members.mayRun(memberTag);
  }

  heardAt(workerId: string): number | undefined {
    return this.members.heardAt(workerId);
  }

  /** Whether a worker, which may not be a member any more, is cut off from etcd as far as this process knows. */
  isDetached(member: Member, now = Date.now()): boolean {
    return this.informer.connected && this.members.isDetached(member, now, this.dumpIntervalMs);
  }

  private unreadiness(): string | undefined {
    if (!this.synced) return this.informer.error?.message ?? 'the API is still reading its data from etcd';
    return this.informer.connected ? undefined : (this.informer.error?.message ?? 'not connected to etcd');
  }

  /** An exception of one listener does not affect others. */
  private emit(call: (listener: CacheListener) => void): void {
    for (const listener of this.listeners) {
      try {
        call(listener);
      } catch (error) {
        reportDefect('a listener of the cache', error);
      }
    }
  }

  private apply({ before, after, revision }: Change<CacheRecord>): void {
    const record = after?.value ?? before?.value;
    if (!record) return;
    this.index(record, after, revision);
    this.emit((listener) => listener.change?.(record, after === undefined));
  }

  private index(record: CacheRecord, after: Item<CacheRecord> | undefined, revision: number): void {
    const gone = after === undefined;
    switch (record.kind) {
      case 'config':
        // The last valid one stays.
        if (gone) return;
        this.config = record.config;
        this.dumps.set(record.config, Date.now());
        return;
      case 'director':
        this.director = gone ? undefined : record.director;
        return;
      case 'coverage':
        this.coverage = gone ? undefined : record.coverage;
        return;
      case 'member':
        if (gone) this.members.remove(record.member.MemberID);
        else this.members.put(record.member, Date.now(), this.listed);
        return;
      case 'drain':
        return this.members.setDrain(record.worker, gone ? undefined : record.drain);
      case 'alerter':
        if (gone) this.alerters.delete(record.name);
        else this.alerters.set(record.name, after as Item<AlerterRecord>);
        return;
      case 'origin':
        if (gone) this.origins[record.noun].delete(record.name);
        else this.origins[record.noun].set(record.name, record.origin);
        return;
      case 'silence':
      case 'maintenance':
      case 'ack':
      case 'pause':
        return this.quiet.index(record, after?.modRevision);
      case 'event':
        if (gone) this.events.remove(record.event.id);
        else this.events.put(record.event);
        return;
      case 'vitals':
        if (gone) return this.vitals.remove(record.workerId, record.chunk, record.dump);
        this.vitals.putDump(record.workerId, record.chunk, record.dump, record.value, revision);
        if (this.listed) this.members.heardOf(record.workerId, Date.now());
        return;
      case 'vitals-index':
        if (gone) this.vitals.remove(record.workerId, record.chunk, 'index');
        else this.vitals.putIndex(record.workerId, record.chunk, record.index);
        return;
      case 'monitor':
      case 'state':
      case 'assignment':
      case 'incident':
      case 'outbox':
      case 'poison':
        return this.indexMonitor(record, after);
      case 'request':
        return;
    }
  }

  private indexMonitor(record: MonitorRecord, after: Item<CacheRecord> | undefined): void {
    const name = 'name' in record ? record.name : record.monitor;
    let view = this.monitors.get(name);
    if (!view) this.monitors.set(name, (view = new MonitorView(name)));
    indexRecord(view, record, after, { now: Date.now(), isNews: this.listed });
    // From then on it expects signs of the new owner.
    if (record.kind === 'assignment' && after) {
      const now = Date.now();
      this.members.expect(record.workerId, this.listed ? now : Math.min(now, Date.parse(record.assignedAt)));
    }
    if (view.isEmpty) this.monitors.delete(name);
  }

  private complete(revision: number): void {
    this.vitals.flush(this.listed);
    this.listed = true;
    this.emit((listener) => listener.revision?.(revision));
  }

  private relisted(): void {
    this.log.warn('could not resume the watch; loaded all keys again');
    // Of several dumps in between, only the newest was read.
    unawaited(
      'the results of a listing',
      this.vitals.backfill(() => 0),
    );
    this.emit((listener) => listener.relisted?.());
  }

  private connection(error: EtcdError | undefined): void {
    if (error) this.log.warn(`lost the connection to etcd; answering from the cache: ${error.message}`);
    else {
      this.log.debug('connected to etcd');
      this.members.listening(Date.now());
    }
  }
}
