import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { guarded, type MonitorState, parseDuration, unawaited } from '@9volt/contracts';
import { ClusterNode, Watched } from '@9volt/etcd-dal';
import { Evaluations } from '../../ledger/evaluations.js';
import type { OwnedMonitor } from '../../owned/owned-monitor.js';
import { OwnedMonitors } from '../../owned/owned-monitors.js';
import { Clock } from '../../time/clock.js';
import { isWell } from '../pipeline/dependency.stage.js';
import type { Parent } from '../pipeline/facts.js';

const TICK_MS = 1_000;
/** The clock of another worker may be ahead of ours by so much. */
const CLOCKS_DIFFER_MS = 1_000;

/** How a parent was seen last. */
interface Seen {
  isWell: boolean;
  /** Since when it is well, by our clock. */
  wellSince?: number | undefined;
}

/**
 * The monitors on which those of this worker depend. One that is this worker's own is known from its results; of others the state in etcd is
 * watched, of each by itself, since a worker must not read all states.
 */
@Injectable()
export class ParentsView implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly watches = new Map<string, Watched<MonitorState>>();
  private readonly seen = new Map<string, Seen>();
  /** Names of our monitors by the name of a parent. */
  private children = new Map<string, string[]>();
  private readonly listeners = new Set<(child: string) => void>();
  private readonly checkListeners = new Set<(child: string) => void>();
  /** Our monitors that depend on others, as of a version of our monitors. */
  private dependents: { version: number; monitors: readonly OwnedMonitor[] } = { version: 0, monitors: [] };
  private cancelTick: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly monitors: OwnedMonitors,
    private readonly evaluations: Evaluations,
  ) {
    evaluations.onTaken(({ name }) => this.changed(name));
  }

  onApplicationBootstrap(): void {
    this.tickLater();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.cancelTick?.();
    await Promise.all([...this.watches.values()].map((watch) => watch.stop()));
  }

  of(monitor: OwnedMonitor): Parent[] {
    const { 'depends-on': names = [], 'depends-wait': wait } = monitor.settings;
    return (
      names
        // In a circle each would wait for the next for ever.
        .filter((name) => name !== monitor.name && !this.awaitedBy(name).has(monitor.name))
        .map((name) => {
          this.watch(name);
          this.note(name);
          const state = this.stateOf(name);
          const waitMs = wait === undefined ? (state?.judgedWithinMs ?? monitor.judgedWithinMs) : parseDuration(wait);
          const slackMs = this.ownStateOf(name) ? 0 : CLOCKS_DIFFER_MS;
          const judgedAt = Math.max(0, (Date.parse(state?.lastRunAt ?? '') || 0) - slackMs);
          return { name, state, judgedAt, waitMs, wellSince: this.seen.get(name)?.wellSince };
        })
    );
  }

  /** Called with each of our failing monitors of which a parent changed. Must not throw or block. */
  onChange(listener: (child: string) => void): void {
    this.listeners.add(listener);
  }

  /** Called, perhaps again, with each of our failing monitors that was not checked since a parent recovered. Must not throw or block. */
  onRecovered(listener: (child: string) => void): void {
    this.checkListeners.add(listener);
  }

  private stateOf(name: string): MonitorState | undefined {
    return this.ownStateOf(name) ?? this.watches.get(name)?.get(this.node.keys.state(name))?.value;
  }

  private ownStateOf(name: string): MonitorState | undefined {
    const own = this.monitors.get(name);
    return own?.isChecked ? (this.evaluations.currentOf(own) ?? this.evaluations.storedOf(own)?.state) : undefined;
  }

  /** The monitors for which the alarms of one wait, and for which theirs wait, and so on. */
  private awaitedBy(name: string, found = new Set<string>()): Set<string> {
    const own = this.monitors.get(name);
    const state = own?.isChecked ? this.evaluations.storedOf(own)?.state : this.stateOf(name);
    for (const { reason, by } of Object.values(state?.held ?? {})) {
      if (reason !== 'dependency' || by === undefined || found.has(by)) continue;
      found.add(by);
      this.watch(by);
      this.awaitedBy(by, found);
    }
    return found;
  }

  private changed(name: string): void {
    const children = this.children.get(name);
    if (!children) return;
    this.note(name);
    this.askForChecks(name, children);
    for (const child of children) {
      // A healthy monitor has no pending notification.
      if (this.stateOf(child)?.count === 0) continue;
      for (const listener of this.listeners) listener(child);
    }
  }

  /** By level, not by change: the owner before may have seen the recovery. */
  private askForChecks(name: string, children: readonly string[]): void {
    const { wellSince } = this.seen.get(name) ?? {};
    if (wellSince === undefined) return;
    for (const child of children) {
      const state = this.stateOf(child);
      if (!state || state.count === 0 || Date.parse(state.lastRunAt ?? '') >= wellSince) continue;
      for (const listener of this.checkListeners) listener(child);
    }
  }

  private note(name: string): void {
    const state = this.stateOf(name);
    if (!state) return;
    const now = isWell(state);
    const before = this.seen.get(name);
    if (before?.isWell === now) return;
    this.seen.set(name, { isWell: now, ...(now ? { wellSince: this.clock.now() } : {}) });
  }

  private watch(name: string): void {
    if (this.watches.has(name) || this.stopped) return;
    const watch = new Watched(this.node, this.node.stores.state.watchedOf(name), {
      onChange: () => this.changed(name),
    });
    this.watches.set(name, watch);
    unawaited('the watch of a parent', watch.start());
  }

  private tickLater(): void {
    const tick = guarded('parents of monitors', () => {
      this.tickLater();
      this.follow();
    });
    this.cancelTick = this.clock.schedule(tick, TICK_MS);
  }

  private dependentOnes(): readonly OwnedMonitor[] {
    const { version } = this.monitors;
    if (this.dependents.version !== version) {
      const monitors = [...this.monitors.all()].filter(({ settings }) => settings['depends-on'] !== undefined);
      this.dependents = { version, monitors };
    }
    return this.dependents.monitors;
  }

  /** Watches the parents that our monitors have now, and no others. */
  private follow(): void {
    const children = new Map<string, string[]>();
    for (const { name, settings } of this.dependentOnes()) {
      const parents = settings['depends-on'] ?? [];
      for (const parent of new Set(parents.flatMap((parent) => [parent, ...this.awaitedBy(parent)]))) {
        const known = children.get(parent);
        if (known) known.push(name);
        else children.set(parent, [name]);
      }
    }
    this.children = children;
    for (const [parent, names] of children) {
      this.watch(parent);
      this.note(parent);
      this.askForChecks(parent, names);
    }
    for (const [parent, watch] of this.watches) {
      if (children.has(parent)) continue;
      this.watches.delete(parent);
      this.seen.delete(parent);
      unawaited('the watch of a parent', watch.stop());
    }
  }
}
