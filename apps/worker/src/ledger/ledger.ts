import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { StateChange } from './state-change.js';

/** `ready`; `busy`: a write about the monitor is in progress, and its end triggers another look; `waits`: not at present. */
export type Readiness = 'ready' | 'busy' | 'waits';

/** `done`: it has the latest. `again`: there may be more. `later`: etcd could not be asked. `lost`: the monitor is not ours. */
export type Recorded = 'done' | 'again' | 'later' | 'lost';

/**
 * Stores the states of monitors and their pending notifications: etcd, or the spools of this worker while it is detached.
 * `StateWriter` chooses it once for each step.
 */
export interface Ledger {
  /** Whether something about a monitor may be recorded now. */
  readiness(monitor: OwnedMonitor): Readiness;

  /** What it lacks of the latest evaluation; undefined if nothing. */
  changeOf(monitor: OwnedMonitor): StateChange | undefined;

  /** Records a change; never rejects. */
  record(monitor: OwnedMonitor, change: StateChange): Promise<Recorded>;
}
