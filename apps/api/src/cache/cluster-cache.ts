import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DomainError, messageOf, type Member, type MonitorSettings, reportDefect, unawaited } from '@9volt/contracts';
import { type Change, ClusterNode, type EtcdError, type Item, Watched } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics } from '@9volt/platform';
import { ClusterViews } from './cluster-views.js';
import type { MonitorView } from './monitor-view.js';
import { readBack } from './read-back.js';
import { type CacheRecord, clusterRecords } from './records.js';

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

const WRITE_WAIT_MS = 1_000;
const VERIFY_EVERY_MS = 300_000;
/** So many statuses are computed in a few milliseconds. */
const PER_TURN = 500;

/** Fills the views of the cluster by one watch, and tells listeners of each change. */
@Injectable()
export class ClusterCache extends ClusterViews implements OnApplicationBootstrap, OnModuleDestroy {
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
    super();
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
      await this.prepareStatuses();
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
      const lost = await this.informer.verify();
      if (lost.length > 0) {
        this.log.warn(`the watch missed changes of ${lost.length} keys, such as ${lost[0]}; loading all keys again`);
      }
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

  /** The last assigned version of a monitor: it still runs if the present one is invalid. */
  lastGood({ assignment }: MonitorView): MonitorSettings | undefined {
    return assignment && this.node.stores.assignment.parsed(assignment)?.settings;
  }

  /** Whether a worker, which may not be a member any more, is cut off from etcd as far as this process knows. */
  isDetached(member: Member, now = Date.now()): boolean {
    return this.informer.connected && this.members.isDetached(member, now, this.dumpIntervalMs);
  }

  /** Otherwise the first list would compute the status of every monitor in one go. */
  private async prepareStatuses(): Promise<void> {
    let n = 0;
    for (const view of this.monitors.values()) {
      this.status(view);
      if (++n % PER_TURN === 0) await nextTurn();
    }
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

  private complete(revision: number): void {
    this.flush();
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
