import type { HoldRule, NoteRules } from '../evaluation/alarm.js';
import type { OwnedMonitor } from '../owned/owned-monitor.js';

/** What may hold back alarms, by the facts of this moment. A layer above implements it: the notification pipeline. */
export abstract class HoldRules {
  abstract ruleFor(monitor: OwnedMonitor, now: number): HoldRule;

  abstract notesFor(monitor: OwnedMonitor): NoteRules;

  /** Whether people want a monitor left alone at `now`: it is paused, or under maintenance. */
  abstract restOf(monitor: OwnedMonitor, now: number): 'disabled' | 'maintenance' | undefined;
}
