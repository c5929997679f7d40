import type { CheckResult, MonitorSettings, SettingsClass } from '@9volt/contracts';
import type { Programs } from './exec/programs.js';

/** What a probe is given beside its settings. */
export interface ProbeContext {
  /** Name of the monitor. */
  name: string;
  /** Aborted when the run must end: the process stops, or the run outlasted {@link MonitorDefinition.deadlineMs} by far. */
  signal: AbortSignal;
  /** The programs that this worker runs: whatever a configuration names must be permitted by it, and wait its turn. */
  programs: Programs;
}

/**
 * A type of monitor. `probe` resolves with a result within `deadlineMs` of its own accord, also when the target hangs, and
 * releases whatever it opened. A failing target is a result; a throw is a defect of the probe.
 */
export interface MonitorDefinition<S extends MonitorSettings = MonitorSettings> {
  type: string;
  /** One line for documentation and forms. */
  summary: string;
  settings: SettingsClass<S>;
  /** What is checked, in one line: shown, and compared to tell whether an edit changed the target. */
  target(settings: S): string;
  /** The longest a run may take, in milliseconds. */
  deadlineMs(settings: S): number;
  /** The cost of a run relative to a tcp connect, for spreading the load. */
  weight: number;
  probe(settings: S, context: ProbeContext): Promise<CheckResult>;
}

export function defineMonitor<S extends MonitorSettings>(definition: MonitorDefinition<S>): MonitorDefinition {
  return definition as unknown as MonitorDefinition;
}
