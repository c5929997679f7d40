import { type Assignment, intervalMsOf, isChecked, type MonitorSettings } from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { stateTarget } from '../evaluation/alert-of.js';

/** A monitor that is assigned to this worker. Each folder keeps its own data about it. */
export class OwnedMonitor {
  /** When it was last checked elsewhere, milliseconds since the epoch, according to the assignment at its arrival. */
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

  /** It belongs to another worker, or to nobody: results here are dropped. */
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

  /** Distinguishes this assignment from a later one; edits keep it. */
  get createRevision(): number {
    return this.item.createRevision;
  }

  get modRevision(): number {
    return this.item.modRevision;
  }

  get intervalMs(): number {
    return intervalMsOf(this.settings);
  }

  /** Within how long a check shows a change of the target: the interval plus the longest duration of a check. */
  get judgedWithinMs(): number {
    try {
      return Math.ceil(this.intervalMs + (monitorTypes.get(this.settings.type)?.deadlineMs(this.settings) ?? 0));
    } catch {
      return Math.ceil(this.intervalMs);
    }
  }

  /** Whether it is checked: otherwise only its pending notifications are left to send. */
  get isChecked(): boolean {
    const { phase } = this.assignment;
    return isChecked(phase);
  }

  /** The target, for a person. Empty if this version does not know the type, or the settings were derived for a leftover. */
  get target(): string {
    try {
      return monitorTypes.get(this.settings.type)?.target(this.settings) ?? '';
    } catch {
      return '';
    }
  }

  /** The target in its state. */
  get stateTarget(): string {
    return stateTarget(this.settings.type, this.target);
  }
}
