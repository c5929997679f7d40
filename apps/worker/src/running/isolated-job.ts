import type { CheckResult, MonitorSettings, ProgramRules, TargetRules } from '@9volt/contracts';
import type { ReceivedCalls } from '@9volt/monitors';

/** The input of one check for a process that runs checks. */
export interface IsolatedJob {
  /** Identifies it among the jobs of the process. */
  id: number;
  name: string;
  /** Validated, with the values of secrets. */
  settings: MonitorSettings;
  programs: ProgramRules;
  targets: TargetRules;
  calls?: ReceivedCalls;
  isTrial?: boolean;
}

/** Its further input. */
export type ToChild = { job: IsolatedJob } | { abort: number };

/**
 * Messages of the process: its event loop is alive; it begins a job, and from then on that check may kill the process; the outcome
 * of a job.
 */
export type FromChild =
  | { alive: true }
  | { begun: number }
  | { done: number; result: CheckResult; defect?: { message: string; stack?: string } };

/** How often it reports that it is alive, in milliseconds. */
export const ALIVE_EVERY_MS = 250;
