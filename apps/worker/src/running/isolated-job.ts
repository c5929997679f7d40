import type { CheckResult, MonitorSettings, ProgramRules } from '@9volt/contracts';
import type { ReceivedCalls } from '@9volt/monitors';

/** What a process that runs one check is told. */
export interface IsolatedJob {
  name: string;
  /** Validated, and with the values of secrets. */
  settings: MonitorSettings;
  programs: ProgramRules;
  targets: { allow: readonly string[]; deny: readonly string[] };
  calls?: ReceivedCalls;
  /** After this time it is not alive any more, whatever it does. */
  killAfterMs: number;
}

/** What it is told besides. */
export type ToChild = { job: IsolatedJob } | { abort: true };

/** What it tells: that it begins, by when nothing but the check can be what ends it; then what came of it. */
export type FromChild = { begun: true } | { result: CheckResult; defect?: { message: string; stack?: string } };
