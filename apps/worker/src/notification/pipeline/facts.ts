import type { Acknowledgement, MaintenanceWindows, MonitorState, Pause, Silence, Subject } from '@9volt/contracts';

/** A silence or a maintenance whose conditions hold for a monitor, but for the status. */
export interface Matched<T> {
  /** Id of the silence, name of the maintenance. */
  name: string;
  value: T;
}

/** What is known of a monitor on which another depends. */
export interface Parent {
  name: string;
  /** Undefined while nothing is stored of it, or that is not known. */
  state: MonitorState | undefined;
  /** How long its next check is waited for. */
  waitMs: number;
  /** Since when it is seen to be well again, milliseconds since the epoch; undefined when it was never seen otherwise. */
  wellSince: number | undefined;
}

/** All that the stages look at beside the alarm. */
export interface Facts {
  subject: Subject;
  /** The state that the alarm is about. */
  state: MonitorState;
  pause: Pause | undefined;
  maintenances: readonly Matched<MaintenanceWindows>[];
  parents: readonly Parent[];
  silences: readonly Matched<Silence>[];
  acknowledgement: Acknowledgement | undefined;
}
