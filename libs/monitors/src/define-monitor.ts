import type { CallStatus, CheckResult, MonitorSettings, SettingsClass, Targets } from '@9volt/contracts';
import type { Programs, StopSignal } from '@9volt/process';

/** What a probe is given beside its settings. */
export interface ProbeContext {
  /** Name of the monitor. */
  name: string;
  /** Aborted when the run must end: the process stops, or the run outlasted {@link MonitorDefinition.deadlineMs} by far. */
  signal: StopSignal;
  /** The programs that this worker runs: whatever a configuration names must be permitted by it, and wait its turn. */
  programs: Programs;
  /** The only way out: whatever a configuration names is looked up and connected to by it. */
  targets: Targets;
  /** For a type that awaits calls, those of this monitor; absent where none can come, as in a trial. */
  calls?: ReceivedCalls;
}

/** Instants are milliseconds since the epoch. */
export interface ReceivedCalls {
  /** Calls are awaited since then; what was missed before does not count. */
  awaitedSinceMs: number;
  last?: { atMs: number; status: CallStatus; message?: string; latencyMs?: number };
  nowMs: number;
}

/** What there is to know of a type whose targets call instead of being asked. */
export interface AwaitedCalls<S extends MonitorSettings = MonitorSettings> {
  /** By which a call finds its monitor: a secret. */
  token(settings: S): string;
  /** When the next call will be overdue; then the monitor is run. */
  overdueAtMs(settings: S, calls: ReceivedCalls): number;
}

/**
 * One check, prepared. It resolves with a result within `deadlineMs` of its own accord, also when the target hangs, and releases whatever it opened. A
 * failing target is a result; a throw is a defect of the probe.
 */
export type PreparedCheck = (context: ProbeContext) => Promise<CheckResult>;

/** A type of monitor. */
export interface MonitorDefinition<S extends MonitorSettings = MonitorSettings> {
  type: string;
  /** One line for documentation and forms. */
  summary: string;
  settings: SettingsClass<S>;
  /** What is checked, in one line: shown, and compared to tell whether an edit changed the target. */
  target(settings: S): string;
  /**
   * The attributes that decide, beside the target, where secrets are sent and how well guarded. Who changes one of them must know the secrets: a
   * masked one is not kept then, or whoever may edit a monitor could have its password sent to a server of their own. Of headers, `Host`.
   */
  destination: readonly (keyof S & string)[];
  /** The longest a run may take, in milliseconds. */
  deadlineMs(settings: S): number;
  /** The program that a run starts on the worker, if it does. */
  program?(settings: S): string;
  /** The cost of a run relative to a tcp connect, for spreading the load. */
  weight: number;
  /** Of a type that awaits calls. It runs at each call and when one is overdue, besides its turns. */
  calls?: AwaitedCalls<S>;
  /**
   * Makes what all checks of a monitor have in common, once for each revision of its settings: parsed durations, bytes to send, where it goes. It opens and
   * starts nothing, for nobody tells it when the revision is over; and it is small, for a worker keeps it for each of its monitors. Secrets stand in the
   * settings as they are: when one changes, it is asked again.
   */
  prepare(settings: S): PreparedCheck;
}

export function defineMonitor<S extends MonitorSettings>(definition: MonitorDefinition<S>): MonitorDefinition {
  return definition as unknown as MonitorDefinition;
}
