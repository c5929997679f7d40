import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { guarded, type MonitorState } from '@9volt/contracts';
import { nextLookAt } from '../evaluation/planned-alarms.js';
import { Evaluations, isOpen } from '../ledger/evaluations.js';
import { Spools } from '../ledger/spools.js';
import { StateWriter } from '../ledger/state-writer.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { Clock } from '../time/clock.js';
import { QuietFacts } from './facts/quiet-facts.js';

const TICK_MS = 1_000;
/** Facts that change together are handled together. */
const GATHER_MS = 50;
/** How many it decides in one go; then everything else gets its turn. */
const SLICE = 100;
const SLICE_EVERY_MS = 5;

/**
 * Triggers a new decision about notifications when only facts or the time have changed: a silence that ends, a repeat that is due.
 */
@Injectable()
export class Reconsideration implements OnApplicationBootstrap, OnApplicationShutdown {
  private cancelTick: (() => void) | undefined;
  private cancelLook: (() => void) | undefined;
  /** Something changed that may be about any monitor. */
  private changedAll = false;
  private readonly waiting = new Set<OwnedMonitor>();

  constructor(
    private readonly clock: Clock,
    private readonly monitors: OwnedMonitors,
    private readonly evaluations: Evaluations,
    private readonly spools: Spools,
    private readonly writer: StateWriter,
    private readonly facts: QuietFacts,
  ) {}

  onApplicationBootstrap(): void {
    this.facts.onChange((name) => this.changed(name));
    this.tickLater();
  }

  onApplicationShutdown(): void {
    this.cancelTick?.();
    this.cancelLook?.();
  }

  private changed(name: string | undefined): void {
    const monitor = name === undefined ? undefined : this.monitors.get(name);
    if (name !== undefined) {
      if (monitor) this.writer.submit(monitor);
      return;
    }
    this.changedAll = true;
    this.cancelLook ??= this.clock.schedule(this.look, GATHER_MS);
  }

  private readonly look = guarded('changed reasons to be quiet', () => {
    this.cancelLook = undefined;
    if (this.waiting.size === 0 && this.changedAll) {
      this.changedAll = false;
      for (const one of this.candidates()) if (isOpen(this.stateOf(one))) this.waiting.add(one);
    }
    for (const one of [...this.waiting].slice(0, SLICE)) {
      this.waiting.delete(one);
      this.writer.submit(one);
    }
    if (this.waiting.size > 0) this.cancelLook = this.clock.schedule(this.look, SLICE_EVERY_MS);
    else if (this.changedAll) this.cancelLook = this.clock.schedule(this.look, GATHER_MS);
  });

  private tickLater(): void {
    const tick = guarded('reasons to be quiet that end', () => {
      this.tickLater();
      this.tick();
    });
    this.cancelTick = this.clock.schedule(tick, TICK_MS);
  }

  private tick(): void {
    const now = this.clock.now();
    for (const monitor of this.candidates()) {
      const state = this.stateOf(monitor);
      const at = state && isOpen(state) ? nextLookAt(state, monitor.settings) : undefined;
      if (at !== undefined && at <= now) this.writer.submit(monitor);
    }
  }

  /** Without a spool only the states in etcd count, and few of them are open. */
  private candidates(): Iterable<OwnedMonitor> {
    return this.spools.isEmpty ? this.evaluations.openOnes : this.monitors.all();
  }

  /** The content of the ledger, whichever it is. */
  private stateOf(monitor: OwnedMonitor): MonitorState | undefined {
    return (this.spools.of(monitor) ?? this.evaluations.storedOf(monitor))?.state;
  }
}
