import type {
  Acknowledgement,
  MaintenanceWindows,
  Matched,
  MonitorState,
  Pause,
  Silence,
  Subject,
} from '@9volt/contracts';

/** The facts about a monitor on which another depends. */
export interface Parent {
  name: string;
  /** Undefined while nothing is stored of it, or that is unknown. */
  state: MonitorState | undefined;
  /** When its latest check that is known began, milliseconds since the epoch by our clock; 0 when none is. */
  judgedAt: number;
  /** How long to wait for its next check. */
  waitMs: number;
  /** Since when it is ok again, milliseconds since the epoch; undefined if it was never seen otherwise. */
  wellSince: number | undefined;
}

/** Everything that the stages look at beside the alarm. */
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
