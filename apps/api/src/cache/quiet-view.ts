import {
  type Acknowledgement,
  acknowledges,
  type FieldError,
  MaintenanceSettings,
  MaintenanceWindows,
  matches,
  type Pause,
  type QuietReason,
  type Silence,
  silenceIsActive,
  type Subject,
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

/** How long an answer about one monitor is cached: windows and silences begin and end by time. */
const FRESH_MS = 1_000;

/** What people use to keep 9volt quiet, and for which monitors. */
export class QuietView {
  readonly silences = new Map<string, StoredSilence>();
  readonly maintenance = new Map<string, DeclaredMaintenance>();
  readonly acks = new Map<string, Acknowledgement>();
  readonly pauses = new Map<string, Pause>();
  /** Grows with each change. */
  private version = 0;
  private known = new WeakMap<
    MonitorView,
    { version: number; until: number; maintenance?: string; silenced: boolean }
  >();

  /** `revision` is undefined if the key is gone. */
  index(record: QuietRecord, revision: number | undefined): void {
    this.version++;
    switch (record.kind) {
      case 'silence':
        return put(
          this.silences,
          record.id,
          revision === undefined ? undefined : { silence: record.silence, revision },
        );
      case 'ack':
        return put(this.acks, record.monitor, revision === undefined ? undefined : record.ack);
      case 'pause':
        return put(this.pauses, record.monitor, revision === undefined ? undefined : record.pause);
      case 'maintenance': {
        const { settings, faults } = record;
        const of = settings ? { settings, windows: new MaintenanceWindows(settings) } : { faults };
        return put(this.maintenance, record.name, revision === undefined ? undefined : { ...of, revision });
      }
    }
  }

  /** Until when the monitor is paused, if it is. */
  pauseOf(name: string, now: number): Pause | undefined {
    const pause = this.pauses.get(name);
    return pause && now < Date.parse(pause.until) ? pause : undefined;
  }

  /** The name of an open window of mode `stop` for the monitor. */
  stoppedBy(view: MonitorView, now: number): string | undefined {
    if (this.maintenance.size === 0) return undefined;
    return this.windowOver(view, now, 'stop');
  }

  /** The first stage of the pipeline that holds back alarms of the monitor, or would. */
  reasonOf(view: MonitorView, now: number): QuietReason | null {
    const { state } = view;
    const about = this.about(view, now);
    if (about.maintenance !== undefined) return 'maintenance';
    if (Object.values(state?.held ?? {}).some(({ reason }) => reason === 'dependency')) return 'unreachable';
    if (about.silenced) return 'silenced';
    if (state?.flapping) return 'flapping';
    return acknowledges(this.acks.get(view.name), state?.incident?.id, now) ? 'acknowledged' : null;
  }

  private about(view: MonitorView, now: number): { maintenance?: string; silenced: boolean } {
    if (this.silences.size + this.maintenance.size === 0) return { silenced: false };
    const known = this.known.get(view);
    if (known && known.version === this.version && now < known.until) return known;
    const subject = subjectOf(view);
    const maintenance = this.windowOver(view, now);
    let silenced = false;
    for (const { silence } of this.silences.values()) {
      if ((silenced = silenceIsActive(silence, now) && matches(silence.match, subject))) break;
    }
    const about = {
      version: this.version,
      until: now + FRESH_MS,
      silenced,
      ...(maintenance === undefined ? {} : { maintenance }),
    };
    this.known.set(view, about);
    return about;
  }

  private windowOver(view: MonitorView, now: number, mode?: 'stop'): string | undefined {
    const subject = subjectOf(view);
    for (const [name, { settings, windows }] of this.maintenance) {
      if (!settings || (mode !== undefined && settings.mode !== mode)) continue;
      if (windows.at(now) && matches(settings.match, subject)) return name;
    }
    return undefined;
  }
}

function put<T>(map: Map<string, T>, name: string, value: T | undefined): void {
  if (value === undefined) map.delete(name);
  else map.set(name, value);
}

/** The inputs of matchers. */
export function subjectOf({ name, settings, state }: MonitorView): Subject {
  return {
    name,
    type: settings?.type ?? '',
    tags: settings?.tags,
    'member-tag': settings?.['member-tag'],
    status: state?.status,
  };
}
