import { setMaxListeners } from 'node:events';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { monitorTypes } from '@9volt/monitors';
import { CheckRunner } from './check-runner.js';
import { Clock } from '../time/clock.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';
import { CallsView } from '../calls/calls-view.js';

/** Runs a monitor that waits for calls at each call, and when one is overdue: its slots may be a day apart. */
@Injectable()
export class CallsTrigger implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timers = new Map<string, () => void>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly calls: CallsView,
    private readonly runner: CheckRunner,
    private readonly monitors: OwnedMonitors,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    // Any number of checks may be in progress.
    setMaxListeners(0, this.stopping.signal);
    this.calls.onCall((name) => this.run(name));
    this.runner.onRunEnded((monitor) => this.arm(monitor));
    this.runner.onResumed((monitor) => {
      if (monitorTypes.get(monitor.settings.type)?.calls) this.calls.awaitAgain(monitor);
    });
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  /** A monitor that is not on our timetable, or that is running, needs no check from here. */
  private run(name: string): void {
    const monitor = this.monitors.get(name);
    if (!monitor || this.runner.scheduledRevision(monitor) === undefined) return;
    this.runner.runNow(name, this.stopping.signal).catch(() => undefined);
  }

  private arm(monitor: OwnedMonitor): void {
    const { name, settings } = monitor;
    if (this.timers.size > 0) {
      this.timers.get(name)?.();
      this.timers.delete(name);
    }
    const awaited = monitorTypes.get(settings.type)?.calls;
    if (!awaited || monitor.gone || this.stopping.signal.aborted) return;
    const received = this.calls.of(monitor);
    const inMs = awaited.overdueAtMs(settings, received) - received.nowMs;
    // It is overdue already: its slots report what follows.
    if (inMs <= 0) return;
    const cancel = this.clock.schedule(() => {
      this.timers.delete(name);
      this.run(name);
    }, Math.ceil(inMs));
    this.timers.set(name, cancel);
  }
}
