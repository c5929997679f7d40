import type { OwnedMonitor } from '../owned/owned-monitor.js';
import type { StateChange } from './state-change.js';

/** `ready`; `busy`: a write about the monitor is under way, and whoever waits for it looks again; `waits`: not at present. */
export type Readiness = 'ready' | 'busy' | 'waits';

/** `done`: it holds what was brought. `again`: there may be more. `later`: it could not be asked. `lost`: the monitor is not ours. */
export type Recorded = 'done' | 'again' | 'later' | 'lost';

/**
 * Where the states of monitors and what is owed by them are kept: etcd, or the spools of this worker while it is detached. `StateWriter`
 * chooses it, once for each step.
 */
export interface Ledger {
  /** Whether something may be recorded about a monitor now. */
  readiness(monitor: OwnedMonitor): Readiness;

  /** What it lacks of the latest evaluation; undefined when it lacks nothing. */
  changeOf(monitor: OwnedMonitor): StateChange | undefined;

  /** Records a change; never rejects. */
  record(monitor: OwnedMonitor, change: StateChange): Promise<Recorded>;
}
