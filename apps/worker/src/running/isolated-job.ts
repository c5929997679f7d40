import type { CheckResult, MonitorSettings, ProgramRules, TargetRules } from '@9volt/contracts';
import type { ReceivedCalls } from '@9volt/monitors';

/** What a process that runs checks is told of one of them. */
export interface IsolatedJob {
  /** Tells it from the other jobs of the process. */
  id: number;
  name: string;
  /** Validated, and with the values of secrets. */
  settings: MonitorSettings;
  programs: ProgramRules;
  targets: TargetRules;
  calls?: ReceivedCalls;
}

/** What it is told besides. */
export type ToChild = { job: IsolatedJob } | { abort: number };

/**
 * What it tells: that its event loop is alive; that it begins a job, from when on the check may be what ends the process; and what came of a job.
 */
export type FromChild =
  | { alive: true }
  | { begun: number }
  | { done: number; result: CheckResult; defect?: { message: string; stack?: string } };

/** How often it says that it is alive, in milliseconds. */
export const ALIVE_EVERY_MS = 250;
