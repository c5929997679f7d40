import { type Assignment, intervalMsOf, isChecked, type MonitorSettings } from '@9volt/contracts';
import type { Item } from '@9volt/etcd-dal';
import { monitorTypes } from '@9volt/monitors';
import { stateTarget } from '../evaluation/alert-of.js';

/** A check that comes this much later than its interval is still in time. */
const MIN_SLACK_MS = 1_000;

/** Values that follow from the settings of one revision, and that each check needs. */
interface Derived {
  settings: MonitorSettings;
  intervalMs?: number;
  judgedWithinMs?: number;
  target: string;
  stateTarget: string;
}

/** A monitor that is assigned to this worker. Each folder keeps its own data about it. */
export class OwnedMonitor {
  /** When it was last checked elsewhere, according to the assignment at its arrival. */
  readonly ranBefore: Pick<Assignment, 'lastRunAt' | 'lastRunAgoMs'>;
  /** Since when it is ours, by `performance.now()`. */
  readonly ownedSince = performance.now();
  private left = false;
  private derived: Derived | undefined;

  constructor(
    readonly name: string,
    private item: Item<Assignment>,
  ) {
    const { lastRunAt, lastRunAgoMs } = item.value;
    this.ranBefore = {
      ...(lastRunAt === undefined ? {} : { lastRunAt }),
      ...(lastRunAgoMs === undefined ? {} : { lastRunAgoMs }),
    };
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
    const known = this.known();
    // Settings that the worker invents for a deleted monitor have none.
    return (known.intervalMs ??= intervalMsOf(known.settings));
  }

  /** Within how long a check shows a change of the target: the interval plus the longest duration of a check. */
  get judgedWithinMs(): number {
    return (this.known().judgedWithinMs ??= Math.ceil(this.intervalMs + deadlineMsOf(this.settings)));
  }

  /** For how long a result stands: until the next one is there, and a little longer. */
  get holdMs(): number {
    return this.judgedWithinMs + Math.max(MIN_SLACK_MS, Math.ceil(this.intervalMs / 2));
  }

  /** Whether it is checked: otherwise only its pending notifications are left to send. */
  get isChecked(): boolean {
    const { phase } = this.assignment;
    return isChecked(phase);
  }

  /** The target, for a person. Empty if this version does not know the type, or the settings were derived for a leftover. */
  get target(): string {
    return this.known().target;
  }

  /** The target in its state. */
  get stateTarget(): string {
    return this.known().stateTarget;
  }

  private known(): Derived {
    const { settings } = this;
    if (this.derived?.settings !== settings) this.derived = derivedOf(settings);
    return this.derived;
  }
}

function derivedOf(settings: MonitorSettings): Derived {
  const target = targetOf(settings);
  return { settings, target, stateTarget: stateTarget(settings.type, target) };
}

function targetOf(settings: MonitorSettings): string {
  try {
    return monitorTypes.get(settings.type)?.target(settings) ?? '';
  } catch {
    return '';
  }
}

function deadlineMsOf(settings: MonitorSettings): number {
  try {
    return monitorTypes.get(settings.type)?.deadlineMs(settings) ?? 0;
  } catch {
    return 0;
  }
}
