import { Injectable } from '@nestjs/common';
import type { MonitorSettings } from '@9volt/contracts';
import { monitorTypes, type ReceivedCalls } from '@9volt/monitors';
import { Programs, type StopSignal } from '@9volt/process';
import { CallsView } from '../calls/calls-view.js';
import { Detachment } from '../ledger/detachment.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { Execution } from '../running/execute-check.js';
import { QuietFacts } from '../notification/facts/quiet-facts.js';
import { JudgedRuns } from '../running/judged-runs.js';
import { Clock } from '../time/clock.js';

/** One verdict about a monitor, with the input for its probe. */
@Injectable()
export class Probing {
  constructor(
    private readonly runs: JudgedRuns,
    private readonly calls: CallsView,
    private readonly detachment: Detachment,
    private readonly programs: Programs,
    private readonly facts: QuietFacts,
    private readonly clock: Clock,
  ) {}

  /** Why people do not want it checked now; undefined if they do. */
  whyStopped(monitor: OwnedMonitor): string | undefined {
    return this.facts.whyStopped(monitor, this.clock.now());
  }

  /** `on-detach: stop`; or another worker may run it by now, and it must not run twice; or its calls cannot reach this worker. */
  mustRest(monitor: OwnedMonitor): boolean {
    const { settings } = monitor;
    const { active } = this.detachment;
    if (this.whyStopped(monitor) !== undefined) return true;
    return awaitsCalls(settings) ? active || !this.calls.isCurrent : active && settings['on-detach'] === 'stop';
  }

  /** A check that was due `lateMs` ago. Never rejects. When `signal` aborts, forget the result. */
  execute(monitor: OwnedMonitor, lateMs: number, signal: StopSignal): Promise<Execution> {
    const { name, settings } = monitor;
    // It begins when it has a place for its program.
    const programs = this.programs.withPlace;
    const isCalled = awaitsCalls(settings);
    return this.runs.execute(monitor, lateMs, signal, () =>
      isCalled ? { name, signal, programs, calls: this.callsOf(monitor) } : { name, signal, programs },
    );
  }

  /** A pause may have ended before this worker had the monitor. */
  private callsOf(monitor: OwnedMonitor): ReceivedCalls {
    const calls = this.calls.of(monitor);
    const endedAt = this.facts.pauseEndedAt(monitor, calls.nowMs);
    if (endedAt === undefined || endedAt <= calls.awaitedSinceMs) return calls;
    this.calls.awaitAgain(monitor, endedAt);
    return { ...calls, awaitedSinceMs: endedAt };
  }
}

function awaitsCalls({ type }: MonitorSettings): boolean {
  return monitorTypes.get(type)?.calls !== undefined;
}
