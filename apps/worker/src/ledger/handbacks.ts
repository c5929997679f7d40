import { setImmediate as soon } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { unawaited } from '@9volt/contracts';
import type { HandedIncident, Handback, MonitorState } from '@9volt/contracts';
import { ClusterNode, type Item, Watched } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { handedByOthers, stateAfter, type Told } from '../evaluation/known-incidents.js';
import { OutboxView } from '../outbox/outbox-view.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Evaluations } from './evaluations.js';
import type { Spool } from './spool.js';
import { type Handed, isEmpty, NOTHING_HANDED } from './state-change.js';
import { Spools } from './spools.js';

/** How many fit into one transaction beside everything else. */
const MAX_INCIDENTS = 25;

/** The notifications of a worker about a monitor while it was alone. */
export interface DetachedRecord {
  monitor: string;
  incidents: HandedIncident[];
  /** Keys of the outbox that are removed whoever owns the monitor by now. */
  delivered: string[];
  /** Keys of the outbox that are removed if nobody else notified meanwhile. */
  settled: string[];
  /** Of the state as that worker knew it. */
  stateRevision: number;
}

/** Notifications about monitors that are not stored yet: by this worker, and by others that handed them back. */
@Injectable()
export class Handbacks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly informer: Watched<Handback>;
  private readonly listeners = new Set<(monitor: string) => void>();
  /** By monitor, then by key. */
  private readonly byMonitor = new Map<string, Map<string, Item<Handback>>>();
  /** Merged and removed keys, with their revision; the view may still have them. */
  private readonly merged = new Map<string, number>();
  private looking: Promise<void> | undefined;
  private readonly log: Logger;

  constructor(
    private readonly node: ClusterNode,
    private readonly spools: Spools,
    private readonly evaluations: Evaluations,
    private readonly outbox: OutboxView,
    logger: AppLogger,
  ) {
    this.log = logger.child('detachment');
    this.informer = new Watched(node, node.stores.handback.watched, {
      onChange: ({ key, after }) => this.apply(key, after),
    });
  }

  /** Does not wait for etcd. */
  onApplicationBootstrap(): void {
    unawaited('the handbacks', this.informer.start());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  /** Called for each new handback. Must not throw or block. */
  onHanded(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves once what was handed back before this call is known, however late the watch is. Rejects with `EtcdError` when etcd cannot be asked. */
  caughtUp(): Promise<void> {
    // Of many that ask at once one looks for all.
    return (this.looking ??= soon().then(() => {
      this.looking = undefined;
      return this.informer.look();
    }));
  }

  /** The handbacks to store with the next write about a monitor. */
  of(monitor: OwnedMonitor): Handed {
    const own = this.spools.of(monitor);
    const items = this.itemsOf(monitor.name);
    const former = own ? [] : this.formerOf(monitor);
    if (!own && items.length === 0 && former.length === 0) return NOTHING_HANDED;
    const ours = own?.handed('ourselves') ?? [];
    // What our spool began with was sent before; so was what we handed back.
    const earlier: Told[] = [];
    const later: Told[] = [];
    const taken: Item<Handback>[] = [];
    const stored = this.evaluations.storedOf(monitor);
    for (const item of items) {
      const { incidents: told } = item.value;
      // The rest is merged with the next write.
      if (taken.length > 0 && ours.length + earlier.length + later.length + told.length > MAX_INCIDENTS) break;
      taken.push(item);
      (own?.knows(item) || this.isByUs(item) ? earlier : later).push(
        ...told.map((one) => ({ told: one, isUndisturbed: this.isUndisturbed(monitor, item, one) })),
      );
    }
    earlier.push(...former);
    const others = handedByOthers([...earlier, ...later], stored?.state, ours);
    const incidents = [...others.slice(0, earlier.length), ...ours, ...others.slice(earlier.length)];
    const { compare, then } = this.node.stores.handback.merging(taken);
    const obsolete = own?.obsoleteKeys ?? [];
    return {
      incidents: combinedByIncident(incidents),
      ...(own ? { spooled: own.version } : {}),
      obsolete,
      compare,
      then: [...this.node.stores.outbox.dropping(obsolete), ...then],
    };
  }

  /** The state from which the next result is evaluated, if others did something about the monitor that is not stored. */
  stateAfter(monitor: OwnedMonitor): MonitorState | undefined {
    const state = this.evaluations.storedOf(monitor)?.state;
    const items = this.itemsOf(monitor.name);
    const toldIn = (some: readonly Item<Handback>[]): Told[] =>
      some.flatMap((item) =>
        item.value.incidents.map((told) => ({ told, isUndisturbed: this.isUndisturbed(monitor, item, told) })),
      );
    const byUs = items.filter((item) => this.isByUs(item));
    const byOthers = items.filter((item) => !this.isByUs(item));
    const handed = [...toldIn(byUs), ...this.formerOf(monitor), ...toldIn(byOthers)];
    return state && handed.length > 0 ? stateAfter(state, handed) : undefined;
  }

  /** Whether other workers sent something about a monitor that is not stored. */
  has(name: string): boolean {
    return this.itemsOf(name).length > 0;
  }

  /**
   * Whether nobody has checked a monitor since a worker that was alone notified of it, or saw the incident end that it wrote itself:
   * then only a result can tell whether that incident is over. If others notified meanwhile, it merges at once.
   */
  awaitsResult(monitor: OwnedMonitor): boolean {
    const stored = this.evaluations.storedOf(monitor);
    const hasEnded = ({ incident, closedAt }: HandedIncident): boolean =>
      closedAt !== null && incident.id === stored?.state?.incident?.id;
    return this.itemsOf(monitor.name).some((item) =>
      item.value.incidents.some(
        (told) =>
          (told.stateRevision !== undefined && told.stateRevision === stored?.modRevision) ||
          (hasEnded(told) && this.isUndisturbed(monitor, item, told)),
      ),
    );
  }

  /**
   * Whether nobody has written the state of a monitor since a worker was alone: it is as that worker knew it, or that worker wrote it
   * and got no answer.
   */
  private isUndisturbed(monitor: OwnedMonitor, { key }: Item<Handback>, { stateRevision }: HandedIncident): boolean {
    const stored = this.evaluations.storedOf(monitor);
    if (!stored) return false;
    const writer = this.node.keys.parseHandback(key)?.workerId;
    return stored.modRevision === stateRevision || (writer !== undefined && stored.state?.owner === writer);
  }

  /** Whether somebody sent notifications about a monitor that are not stored. */
  isPending(monitor: OwnedMonitor): boolean {
    return this.has(monitor.name) || this.spools.of(monitor) !== undefined;
  }

  /** Whether etcd does not have yet what this worker sent before the monitor went and came back. */
  isHandingBack(monitor: OwnedMonitor): boolean {
    return this.spools.formerOf(monitor).length > 0;
  }

  /** Whether this worker's notifications are not final yet. */
  isSettling(monitor: OwnedMonitor): boolean {
    return this.spools.isSettling(monitor);
  }

  /** The state of the notifications while this worker was detached; undefined if it was not. */
  notifiedState(monitor: OwnedMonitor): Pick<Spool, 'state'> | undefined {
    return this.spools.of(monitor);
  }

  /** A worker that sent nothing while it was detached has nothing to bring back. */
  closeEmpty(monitor: OwnedMonitor): void {
    const handed = this.of(monitor);
    if (handed.spooled !== undefined && isEmpty(handed) && !this.isSettling(monitor)) this.spools.close(monitor);
  }

  /** A worker's notifications about a monitor, for the next owner; undefined if there are none. */
  recordOf(monitor: OwnedMonitor, spool: Spool): DetachedRecord | undefined {
    const incidents = spool.handed('another').filter(isNews);
    const delivered = spool.deliveredAlarms;
    if (incidents.length === 0 && delivered.length === 0) return undefined;
    const stateRevision = this.evaluations.storedOf(monitor)?.modRevision ?? 0;
    return { monitor: monitor.name, incidents, delivered, settled: spool.obsoleteKeys, stateRevision };
  }

  /** Gives the notifications about a monitor that is no longer ours to its owner. Throws `EtcdError` when etcd cannot be asked. */
  async handBack(monitor: OwnedMonitor, spool: Spool): Promise<void> {
    const told = this.recordOf(monitor, spool);
    if (told && !(await this.give(told, 'beside others'))) return;
    // The monitor may be ours again.
    if (told) await this.caughtUp().catch(() => undefined);
    this.spools.close(monitor);
  }

  /**
   * Gives them to the owner. If nobody has notified since, that is sure about incidents that have ended; `alone`: about all of them, and
   * only a result tells what follows. Answers whether etcd has it; throws `EtcdError` when etcd cannot be asked.
   */
  async give(
    { monitor, incidents: told, delivered, settled, stateRevision }: DetachedRecord,
    how: 'alone' | 'beside others',
  ): Promise<boolean> {
    const { stores, session, memberId, options } = this.node;
    const before = await stores.handback.read(monitor, memberId);
    const incidents = combinedByIncident([...before.incidents, ...told]);
    const handback: Handback = { worker: options.name, at: new Date().toISOString(), incidents };
    const about = { monitor, worker: memberId, before };
    const isSure = ({ closedAt }: HandedIncident): boolean => how === 'alone' || closedAt !== null;
    const sure = incidents.map((incident) => ({ ...incident, ...(isSure(incident) ? { stateRevision } : {}) }));
    const knew = { stateRevision, settled };
    const { fence } = session;
    const asSure = { ...handback, incidents: sure };
    const undisturbed = await stores.handback.handBackUndisturbed(about, asSure, knew, fence);
    const revision = undisturbed ?? (await stores.handback.handBack(about, handback, delivered, fence));
    if (revision === undefined) return false;
    // If the monitor is ours again before the watch reports it, nothing of this is sent again.
    this.outbox.gone(undisturbed === undefined ? delivered : settled, revision);
    this.log.info('handed back the notifications sent without etcd', { monitor, incidents: told.length });
    return true;
  }

  /** This part is stored. Later entries of the spool are not yet. */
  stored(monitor: OwnedMonitor, { compare, spooled }: Handed): void {
    if (this.spools.of(monitor)?.version === spooled) this.spools.close(monitor);
    for (const { key, value } of compare) this.merged.set(key, value);
  }

  /** What this worker sent before the monitor went and came back. */
  private formerOf(monitor: OwnedMonitor): Told[] {
    const stored = this.evaluations.storedOf(monitor);
    return this.spools.formerOf(monitor).flatMap(([former, spool]) => {
      const record = this.recordOf(former, spool);
      const isUndisturbed =
        stored !== undefined &&
        (stored.modRevision === record?.stateRevision || stored.state?.owner === this.node.memberId);
      return (record?.incidents ?? []).map((told) => ({ told, isUndisturbed }));
    });
  }

  private isByUs({ key }: Item<Handback>): boolean {
    return this.node.keys.parseHandback(key)?.workerId === this.node.memberId;
  }

  private itemsOf(name: string): Item<Handback>[] {
    const items = this.byMonitor.get(name);
    if (!items) return [];
    return [...items.values()]
      .filter(({ key, modRevision }) => (this.merged.get(key) ?? 0) < modRevision)
      .sort((a, b) => a.modRevision - b.modRevision);
  }

  private apply(key: string, after: Item<Handback> | undefined): void {
    const monitor = this.node.keys.parseHandback(key)?.monitor;
    if (monitor === undefined) return;
    const ofMonitor = this.byMonitor.get(monitor) ?? new Map<string, Item<Handback>>();
    if (after) ofMonitor.set(key, after);
    else ofMonitor.delete(key);
    if (!after) this.merged.delete(key);
    if (ofMonitor.size > 0) this.byMonitor.set(monitor, ofMonitor);
    else this.byMonitor.delete(monitor);
    if (after) for (const listener of this.listeners) listener(monitor);
  }
}

/** Several workers may have notified of one incident: combines them one after the other. */
export function combinedByIncident(handed: readonly HandedIncident[]): HandedIncident[] {
  const byId = new Map<string, HandedIncident>();
  for (const later of handed) {
    const known = byId.get(later.incident.id);
    byId.set(later.incident.id, known ? followedBy(known, later) : later);
  }
  return [...byId.values()];
}

function followedBy(one: HandedIncident, later: HandedIncident): HandedIncident {
  return {
    ...later,
    told: { ...one.told, ...later.told },
    unanswered: [...one.unanswered, ...later.unanswered],
    notifications: [...one.notifications, ...later.notifications],
  };
}

function isNews({ told, notifications }: HandedIncident): boolean {
  return Object.keys(told).length > 0 || notifications.length > 0;
}
