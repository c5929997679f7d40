import type { BurnVerdicts } from '@9volt/contracts';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

/** How fast error budgets burn, as the checks of this worker and the history say. A layer above implements it. */
export abstract class BurnFacts {
  /** Undefined while too little is known. */
  abstract of(monitor: OwnedMonitor): BurnVerdicts | undefined;
}
