import type { CheckResult } from '@9volt/contracts';

/** Runs a monitor of ours out of turn; its result is evaluated as that of any run. Its own Nest token. */
export abstract class RunNow {
  /** Rejects when the monitor cannot be run now, with a message for the person who asked. */
  abstract runNow(monitor: string, signal: AbortSignal): Promise<CheckResult>;
}
