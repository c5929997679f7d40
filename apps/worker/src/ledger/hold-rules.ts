import type { HoldRule } from '../evaluation/alarm.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

/** What may hold alarms, by the facts of this moment. It stands above: the notification pipeline. */
export abstract class HoldRules {
  abstract ruleFor(monitor: OwnedMonitor, now: number): HoldRule;
}
