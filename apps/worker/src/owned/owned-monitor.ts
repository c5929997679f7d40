import {
  type Assignment,
  type CheckResult,
  intervalMsOf,
  type MonitorSettings,
  type MonitorState,
  type PerformanceValue,
} from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { stateTarget } from '../evaluation/owed.js';

/** What etcd holds under `state/<name>`; revision 0 when there is nothing. */
export interface StoredState {
  state: MonitorState | undefined;
  modRevision: number;
}

export interface EarlyResult {
  result: CheckResult;
  startedAt: number;
}

/** A revision that has ended the process that was made for it. */
export interface Accusation {
  revision: number;
  how: string;
  /** Whether etcd has taken it. */
  onRecord: boolean;
}

/** A monitor that is assigned to this worker, and all that this worker knows of it. */
export class OwnedMonitor {
  /** What etcd holds; undefined until it was read. */
  stored: StoredState | undefined;
  /** The latest evaluation; what is stored follows it. */
  current: MonitorState | undefined;
  /** Results that came before what is stored was known: they are evaluated after it. */
  readonly early: EarlyResult[] = [];
  /** When the last run started, milliseconds since the epoch. */
  lastRunAt: number | undefined;
  /** How long the last run took. */
  lastRunMs: number | undefined;
  /** What the last run measured. */
  performance: readonly PerformanceValue[] = [];
  /** Aborts the run under way. */
  run: { abort: AbortController; ended: Promise<void> } | undefined;
  /** The revision that is on the timetable. */
  scheduled: number | undefined;
  /** The revision that has completed a run in this process. */
  proven: number | undefined;
  accused: Accusation | undefined;
  /** Being handed to its next owner: it must not be started. */
  handing = false;
  /** When a defect of its probe was last told. */
  defectToldAt = Number.NEGATIVE_INFINITY;
  /** No longer ours: whatever comes of it is dropped. */
  gone = false;

  constructor(
    readonly name: string,
    private item: Item<Assignment>,
  ) {
    this.lastRunAt = item.value.lastRunAt;
  }

  /** A change of the same assignment: edited, or in another phase. */
  update(item: Item<Assignment>): void {
    this.item = item;
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
