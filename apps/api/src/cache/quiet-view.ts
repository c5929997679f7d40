import {
  type Acknowledgement,
  acknowledges,
  type FieldError,
  MaintenanceSettings,
  MaintenanceWindows,
  isAboutStatus,
  type Matched,
  type Matcher,
  MatcherIndex,
  type Pause,
  type QuietReason,
  type Silence,
  silenceIsActive,
  stopsChecks,
  type Subject,
  subjectOf,
} from '@9volt/contracts';
import type { CacheRecord } from './records.js';
import type { MonitorView } from './monitor-view.js';

/** A maintenance window as it is declared: valid, or with its faults. */
export type DeclaredMaintenance = { revision: number } & (
  | { settings: MaintenanceSettings; windows: MaintenanceWindows; faults?: undefined }
  | { settings?: undefined; windows?: undefined; faults: readonly FieldError[] }
);

export interface StoredSilence {
  silence: Silence;
  revision: number;
}

type QuietRecord = Extract<CacheRecord, { kind: 'silence' | 'maintenance' | 'ack' | 'pause' }>;

/** What people use to keep 9volt quiet, and for which monitors. */
export class QuietView {
  readonly silences = new Map<string, StoredSilence>();
  readonly maintenance = new Map<string, DeclaredMaintenance>();
  readonly acks = new Map<string, Acknowledgement>();
  readonly pauses = new Map<string, Pause>();
  /** Grows with each change. */
  version = 0;
  private readonly silencesOf = new MatcherIndex<Silence>();
  private readonly windowsOf = new MatcherIndex<MaintenanceWindows>();

  /** `revision` is undefined if the key is gone. */
  index(record: QuietRecord, revision: number | undefined): void {
    this.version++;
    switch (record.kind) {
      case 'silence': {
        const { id, silence } = record;
        if (revision === undefined) this.silencesOf.delete(id);
        else this.silencesOf.set(id, silence.match, silence);
        return put(this.silences, id, revision === undefined ? undefined : { silence, revision });
      }
      case 'ack':
        return put(this.acks, record.monitor, revision === undefined ? undefined : record.ack);
      case 'pause':
        return put(this.pauses, record.monitor, revision === undefined ? undefined : record.pause);
      case 'maintenance': {
        const { name, settings, faults } = record;
        this.windowsOf.delete(name);
        if (revision === undefined) return put(this.maintenance, name, undefined);
        if (!settings) return put(this.maintenance, name, { faults, revision });
        const windows = new MaintenanceWindows(settings);
        this.windowsOf.set(name, settings.match, windows);
        return put(this.maintenance, name, { settings, windows, revision });
      }
    }
  }

  /** Until when the monitor is paused, if it is. */
  pauseOf(name: string, now: number): Pause | undefined {
    const pause = this.pauses.get(name);
    return pause && now < Date.parse(pause.until) ? pause : undefined;
  }

  /** Whether any window is about the monitor, open or not. */
  hasWindows(view: MonitorView): boolean {
    return this.windowsOf.of(view).length > 0;
  }

  /** The name of an open window in which the monitor is not checked. */
  stoppedBy(view: MonitorView, now: number): string | undefined {
    return this.openOver(view, now).find(({ value }) => stopsChecks(value.settings))?.name;
  }

  /** The first stage of the pipeline that holds back alarms of the monitor, or would. */
  reasonOf(view: MonitorView, now: number): QuietReason | null {
    const { state } = view;
    if (this.openOver(view, now).length > 0) return 'maintenance';
    if (Object.values(state?.held ?? {}).some(({ reason }) => reason === 'dependency')) return 'unreachable';
    if (this.isSilenced(view, now)) return 'silenced';
    if (state?.flapping) return 'flapping';
    return acknowledges(this.acks.get(view.name), state?.incident?.id, now) ? 'acknowledged' : null;
  }

  /** About how many monitors, and open incidents, each silence is that holds back alarms, by id. */
  silencedOf(views: Iterable<MonitorView>): Map<string, Counts> {
    return counted(views, this.silencesOf, ({ match }) => match);
  }

  /** About how many monitors each maintenance is, by name. */
  maintainedOf(views: Iterable<MonitorView>): Map<string, Counts> {
    return counted(views, this.windowsOf, ({ settings }) => settings.match);
  }

  private openOver(view: MonitorView, now: number): Matched<MaintenanceWindows>[] {
    const found = this.windowsOf.of(view);
    return found.filter(({ value }) => isAboutStatus(value.settings.match, view.state?.status) && value.at(now));
  }

  private isSilenced(view: MonitorView, now: number): boolean {
    return this.silencesOf
      .of(view)
      .some(({ value }) => silenceIsActive(value, now) && isAboutStatus(value.match, view.state?.status));
  }
}

export interface Counts {
  monitors: number;
  incidents: number;
}

export const NONE: Counts = { monitors: 0, incidents: 0 };

/** One pass over the monitors: one for each silence would take seconds where there are many of both. */
function counted<T>(
  views: Iterable<MonitorView>,
  index: MatcherIndex<T>,
  matchOf: (value: T) => Matcher,
): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const view of views) {
    if (!view.exists) continue;
    for (const { name, value } of index.of(view)) {
      if (!isAboutStatus(matchOf(value), view.state?.status)) continue;
      let count = counts.get(name);
      if (!count) counts.set(name, (count = { ...NONE }));
      count.monitors++;
      if (view.state?.incident) count.incidents++;
    }
  }
  return counts;
}

function put<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value === undefined) map.delete(name);
  else map.set(name, value);
}

/** The inputs of matchers, the present status included. */
export function presentSubjectOf(view: MonitorView): Subject {
  return { ...subjectOf(view), status: view.state?.status };
}
