import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { HandedIncident, Handback } from '@9volt/contracts';
import { ClusterNode, decode, Informer, type Item, unchanged } from '@9volt/etcd-dal';
import { toldByAnother } from '../evaluation/known-incidents.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { type Handed, NOTHING_HANDED } from './plan-write.js';
import { Spools } from './spools.js';

/** What fits into one transaction beside everything else. */
const MOST_INCIDENTS = 25;

/** What was told about monitors without being stored: by this worker, and by others that handed it back. */
@Injectable()
export class Handbacks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly informer: Informer<Handback>;
  private readonly listeners = new Set<(monitor: string) => void>();
  /** By monitor, then by key. */
  private readonly byMonitor = new Map<string, Map<string, Item<Handback>>>();
  /** Keys that were merged and removed, with the revision that was; the view may still have them. */
  private readonly merged = new Map<string, number>();

  constructor(
    @Inject(ClusterNode) private readonly node: ClusterNode,
    @Inject(Spools) private readonly spools: Spools,
  ) {
    this.informer = new Informer<Handback>(node.client, {
      prefix: node.keys.handbacks,
      decode: ({ value }) => readable(decode<Handback>(value)),
      onChange: ({ key, after }) => this.apply(key, after),
      guard: node.guard,
    });
  }

  /** Does not wait for etcd. */
  onApplicationBootstrap(): void {
    void this.informer.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.informer.stop();
  }

  /** Told of each new handback. Must not throw or block. */
  onHanded(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  /** What is to be stored with the next write about a monitor. */
  of(monitor: OwnedMonitor): Handed {
    const own = this.spools.of(monitor);
    const items = this.itemsOf(monitor.name);
    if (!own && items.length === 0) return NOTHING_HANDED;
    const incidents = own?.handed('ourselves') ?? [];
    const taken: Item<Handback>[] = [];
    for (const item of items) {
      // What does not fit is merged with the write that follows.
      if (taken.length > 0 && incidents.length + item.value.incidents.length > MOST_INCIDENTS) break;
      taken.push(item);
      incidents.push(...item.value.incidents.map((told) => toldByAnother(told, monitor.stored?.state)));
    }
    return {
      incidents: combinedByIncident(incidents),
      ...(own ? { spooled: own.version } : {}),
      compare: taken.map(({ key, modRevision }) => unchanged(key, modRevision)),
      then: [...(own?.obsoleteKeys ?? []), ...taken.map(({ key }) => key)].map((key) => ({ delete: key })),
    };
  }

  /** Whether other workers told something about a monitor that is not stored. */
  has(name: string): boolean {
    return this.itemsOf(name).length > 0;
  }

  /** It was stored. What was spooled since then is yet to be. */
  stored(monitor: OwnedMonitor, { compare, spooled }: Handed): void {
    if (this.spools.of(monitor)?.version === spooled) this.spools.close(monitor);
    for (const { key, value } of compare) this.merged.set(key, value);
  }

  private itemsOf(name: string): Item<Handback>[] {
    const items = [...(this.byMonitor.get(name)?.values() ?? [])];
    return items
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

/** Several workers may have told of one incident: as one after the other. */
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

/** What somebody wrote there by hand tells nothing; it is removed with the next write. */
function readable(handback: Partial<Handback> | undefined): Handback {
  const incidents = Array.isArray(handback?.incidents) ? handback.incidents.filter(isWhole) : [];
  return { worker: handback?.worker ?? '', at: handback?.at ?? '', incidents };
}

function isWhole({ incident, told, unanswered, notifications }: Partial<HandedIncident>): boolean {
  const hasId = typeof incident?.id === 'string' && /^\d+\.\d+$/.test(incident.id);
  return hasId && typeof told === 'object' && Array.isArray(unanswered) && Array.isArray(notifications);
}
