import { guarded } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import type { StopSignal } from '@9volt/process';
import type { OwnedMonitor } from '../owned/owned-monitor.js';
import { Clock } from '../time/clock.js';
import { Standstills } from '../time/standstills.js';
import { CautiousRuns, type GivenContext } from './cautious-runs.js';
import { CheckTurns } from './check-turns.js';
import { annotated, isAnswer, isDisturbable, unjudged, whyNoEvidence } from './evidence.js';
import { Doubts } from './doubts.js';
import type { Execution } from './execute-check.js';
import { type Hindrance, Hindrances } from './hindrances.js';

/** Maximum number of repetitions after the first check. */
const MAX_REPEATS = 2;
/** The missing resource may be back by then. */
const AFTER_SHORTAGE_MS = 250;
/** How much later a worker may learn of calls after a standstill. */
const CALLS_ARRIVE_MS = 1_000;

/**
 * Runs checks so that a worker never blames a target for its own problems: it repeats a failure that is no evidence at once, at
 * most twice and only within the interval. If no repetition is evidence, the result is `unknown` and counts towards no threshold, unless
 * nothing but such failures came for long.
 */
@Injectable()
export class JudgedRuns {
  private readonly doubts = new Doubts(() => this.clock.now());

  constructor(
    private readonly runs: CautiousRuns,
    private readonly turns: CheckTurns,
    private readonly standstills: Standstills,
    private readonly hindrances: Hindrances,
    private readonly clock: Clock,
  ) {}

  /**
   * One verdict about a monitor that was due `lateMs` ago; never rejects. `contextOf` is called for each check. When `signal` aborts,
   * forget the result.
   */
  async execute(
    monitor: OwnedMonitor,
    lateMs: number,
    signal: StopSignal,
    contextOf: () => GivenContext,
  ): Promise<Execution> {
    const repeatUntil = performance.now() + monitor.intervalMs;
    let repeatedFor: string | undefined;
    for (let repeats = 0; ; repeats++) {
      const context = contextOf();
      const isFirst = repeats === 0;
      const { execution, elapsedMs, heldUpMs } = await this.run(monitor, isFirst ? lateMs : undefined, context);
      const { result } = execution;
      const why = signal.aborted || execution.defect ? undefined : whyNoEvidence(result, { elapsedMs, heldUpMs });
      const isInDoubt = why !== undefined && result.shortage === undefined;
      if (!signal.aborted && !isInDoubt) this.doubts.end(monitor);
      if (why === undefined && repeatedFor === undefined && heldUpMs === 0) return execution;
      if (why === undefined) return { ...execution, result: annotated(result, repeatedFor, { elapsedMs, heldUpMs }) };
      if (isInDoubt && this.doubts.note(monitor))
        return { ...execution, result: annotated(result, why, { elapsedMs, heldUpMs }) };
      const hindrance: Hindrance =
        result.shortage === undefined ? { kind: 'held-up' } : { kind: 'shortage', code: result.shortage };
      const waitMs = context.calls ? CALLS_ARRIVE_MS : result.shortage === undefined ? 0 : AFTER_SHORTAGE_MS;
      if (repeats === MAX_REPEATS || performance.now() + waitMs >= repeatUntil) {
        if (isAnswer(result)) return { ...execution, result: annotated(result, why, { elapsedMs, heldUpMs }) };
        this.hindrances.unjudged(hindrance);
        return { result: unjudged(result, why) };
      }
      this.hindrances.repeated(hindrance);
      repeatedFor = why;
      if (waitMs > 0) await this.pause(waitMs, signal);
    }
  }

  private async run(
    monitor: OwnedMonitor,
    lateMs: number | undefined,
    context: GivenContext,
  ): Promise<{ execution: Execution; elapsedMs: number; heldUpMs: number }> {
    const release = await this.turns.take(monitor, lateMs, context.signal);
    const from = performance.now();
    try {
      const execution = await this.runs.execute(monitor, context);
      const to = performance.now();
      // During a standstill a call may be on its way to us, before the check that misses it.
      const since = context.calls ? from - CALLS_ARRIVE_MS : from;
      const elapsedMs = to - since;
      const heldUpMs = isDisturbable(execution.result, elapsedMs) ? this.standstills.within(since, to) : 0;
      return { execution, elapsedMs, heldUpMs };
    } finally {
      release();
    }
  }

  private pause(ms: number, signal: StopSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = guarded('a pause', () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      });
      const cancel = this.clock.schedule(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
