import type { CallStatus, CheckResult, MonitorSettings, SettingsClass, Targets } from '@9volt/contracts';
import type { Programs, StopSignal } from '@9volt/process';

/** The input of a probe beside its settings. */
export interface ProbeContext {
  /** Name of the monitor. */
  name: string;
  /**
   * Aborted when the check must end: the process stops, or the check takes much longer than {@link MonitorDefinition.deadlineMs}.
   */
  signal: StopSignal;
  /** The programs that this worker may run: it refuses others, and limits how many run at once. */
  programs: Programs;
  /** The only way out: it looks up and connects to everything that a configuration names. */
  targets: Targets;
  /** Somebody tests a configuration and wants to see the answer, too. */
  isTrial?: boolean;
  /** For a type that waits for calls: those of this monitor; absent where no call can come, as in a test. */
  calls?: ReceivedCalls;
}

/** Times are milliseconds since the epoch. */
export interface ReceivedCalls {
  /** 9volt waits for calls since then; earlier missing calls do not count. */
  awaitedSinceMs: number;
  last?: { atMs: number; status: CallStatus; message?: string; latencyMs?: number };
  nowMs: number;
}

/** The definition of a type whose targets call 9volt. */
export interface AwaitedCalls<S extends MonitorSettings = MonitorSettings> {
  /** A secret that a call contains: it identifies the monitor. */
  token(settings: S): string;
  /** When the next call will be overdue; the worker then runs the monitor. */
  overdueAtMs(settings: S, calls: ReceivedCalls): number;
}

/**
 * One check, prepared. It resolves with a result within `deadlineMs` by itself, even if the target hangs, and releases everything
 * that it opened. A failing target is a result; an exception is a defect of the probe.
 */
export type PreparedCheck = (context: ProbeContext) => Promise<CheckResult>;

/** A type of monitor. */
export interface MonitorDefinition<S extends MonitorSettings = MonitorSettings> {
  type: string;
  /** One line for documentation and forms. */
  summary: string;
  settings: SettingsClass<S>;
  /** The target in one line: shown to people, and compared to find out whether an edit changed the target. */
  target(settings: S): string;
  /**
   * The attributes that decide, beside the target, where 9volt sends secrets and how well protected. If an edit changes one of
   * them, the editor must send the secrets again: otherwise anybody who may edit a monitor could have its password sent to their
   * own server. Of headers, `Host`.
   */
  destination: readonly (keyof S & string)[];
  /** Longest duration of a check, in milliseconds. */
  deadlineMs(settings: S): number;
  /** The program that a check starts on the worker, if any. */
  program?(settings: S): string;
  /** The cost of a check relative to a tcp connect, to spread the load. */
  weight: number;
  /** For a type that waits for calls: it runs at each call and when a call is overdue, in addition to its slots. */
  calls?: AwaitedCalls<S>;
  /**
   * Computes what all checks of a monitor share, once for each revision of its settings: parsed durations, bytes to send, the
   * destination. It opens and starts nothing, because nobody tells it when the revision ends; and it is small, because a worker
   * keeps it for each of its monitors. The settings contain the secrets themselves; when one changes, it is called again.
   */
  prepare(settings: S): PreparedCheck;
}

export function defineMonitor<S extends MonitorSettings>(definition: MonitorDefinition<S>): MonitorDefinition {
  return definition as unknown as MonitorDefinition;
}
