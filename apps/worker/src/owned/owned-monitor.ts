import { type Assignment, intervalMsOf, isChecked, type MonitorSettings } from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { stateTarget } from '../evaluation/alert-of.js';

/** A monitor that is assigned to this worker. What a room does with it, that room keeps by itself. */
export class OwnedMonitor {
  /** When it ran last elsewhere, milliseconds since the epoch, as the assignment told when it came. */
  readonly ranBeforeAt: number | undefined;
  /** Since when it is ours, by `performance.now()`. */
  readonly ownedSince = performance.now();
  private left = false;

  constructor(
    readonly name: string,
    private item: Item<Assignment>,
  ) {
    this.ranBeforeAt = item.value.lastRunAt;
  }

  /** A change of the same assignment: edited, or in another phase. */
  update(item: Item<Assignment>): void {
    this.item = item;
  }

  /** It is another worker's, or nobody's: whatever comes of it here is dropped. */
  leave(): void {
    this.left = true;
  }

  get gone(): boolean {
    return this.left;
  }

  get assignment(): Assignment {
    return this.item.value;
  }

  get settings(): MonitorSettings {
    return this.item.value.settings;
  }

  get key(): string {
    return this.item.key;
  }

  /** Tells this assignment from a later one; edits keep it. */
  get createRevision(): number {
    return this.item.createRevision;
  }

  get modRevision(): number {
    return this.item.modRevision;
  }

  get intervalMs(): number {
    return intervalMsOf(this.settings);
  }

  /** Within how long of a change of the target a check shows it: the interval, and the longest time that a run takes. */
  get judgedWithinMs(): number {
    try {
      return Math.ceil(this.intervalMs + (monitorTypes.get(this.settings.type)?.deadlineMs(this.settings) ?? 0));
    } catch {
      return Math.ceil(this.intervalMs);
    }
  }

  /** Whether it is checked: otherwise only what is owed about it is left to do. */
  get isChecked(): boolean {
    const { phase } = this.assignment;
    return isChecked(phase);
  }

  /** What is checked, for a person. Empty when the settings are of no type that this version knows, or made up for a leftover. */
  get target(): string {
    try {
      return monitorTypes.get(this.settings.type)?.target(this.settings) ?? '';
    } catch {
      return '';
    }
  }

  /** What the state says it is about. */
  get stateTarget(): string {
    return stateTarget(this.settings.type, this.target);
  }
}
