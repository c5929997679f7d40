import type { Cron } from 'croner';
import { Choice, Duration, Matching, Text, Time } from '../settings/decorators.js';
import { parseDuration } from '../settings/duration.js';
import type { FieldError } from '../settings/errors.js';
import { type CrossChecked, fault } from '../settings/validate-settings.js';
import { type Matcher, matcherFaults } from './matcher.js';
import { isSchedule, isTimeZone, scheduleOf } from './schedule.js';

/** A maintenance window, one-off (`start`, `end`) or recurring (`schedule`, `duration`, `time-zone`): `maintenance/<name>`. */
export class MaintenanceSettings implements CrossChecked {
  @Matching({
    doc: 'The monitors that the window is about. All conditions must hold.',
    required: true,
    example: { tags: ['shop'] },
    group: 'common',
  })
  match!: Matcher;

  @Text({
    doc: 'What happens in the window. People see it.',
    example: 'Weekly update of the shop',
    group: 'common',
    maxLength: 4_096,
  })
  comment?: string;

  @Choice({
    doc: 'quiet: the checks continue, and nobody is notified. stop: no checks run.',
    values: ['quiet', 'stop'],
    default: 'quiet',
    group: 'common',
  })
  mode?: 'quiet' | 'stop';

  @Time({ doc: 'Start of a window that happens once.', example: '2026-12-24T18:00:00Z', group: 'common' })
  start?: string;

  @Time({ doc: 'End of a window that happens once.', example: '2026-12-24T20:00:00Z', group: 'common' })
  end?: string;

  @Text({
    doc: 'Starts of a window that recurs: a cron expression of minute, hour, day of month, month and day of week.',
    example: '0 3 * * 7',
    group: 'common',
    notEmpty: true,
    maxLength: 200,
  })
  schedule?: string;

  @Duration({
    doc: 'Length of a window that recurs, in elapsed time: the change to or from summer time does not alter it.',
    example: '2h',
    group: 'common',
    minimumMs: 1_000,
  })
  duration?: string;

  @Text({
    doc: 'IANA time zone of the schedule. A start that the change to summer time skips moves to the next hour that exists; one that occurs twice counts once.',
    example: 'Europe/Berlin',
    default: 'UTC',
    group: 'common',
    notEmpty: true,
    maxLength: 100,
  })
  'time-zone'?: string;

  crossCheck(): FieldError[] {
    const faults = matcherFaults(this.match, '/match');
    const once = this.start !== undefined || this.end !== undefined;
    const recurring = this.schedule !== undefined || this.duration !== undefined;
    if (once === recurring) {
      const expected = 'either start and end, or schedule and duration';
      return [
        ...faults,
        { path: '', expected, message: `the times of the window are not clear; expected ${expected}` },
      ];
    }
    for (const name of once ? (['start', 'end'] as const) : (['schedule', 'duration'] as const)) {
      if (this[name] === undefined)
        faults.push(missingBeside(name, once ? 'a window that happens once' : 'a window that recurs'));
    }
    if (once && this.start !== undefined && this.end !== undefined && Date.parse(this.end) <= Date.parse(this.start)) {
      faults.push(fault('/end', this.end, 'a time after the start'));
    }
    if (this['time-zone'] !== undefined && !isTimeZone(this['time-zone'])) {
      faults.push(fault('/time-zone', this['time-zone'], 'an IANA time zone such as "Europe/Berlin"'));
    } else if (this.schedule !== undefined && !isSchedule(this.schedule, this['time-zone'])) {
      faults.push(fault('/schedule', this.schedule, 'a cron expression of five fields such as "0 3 * * 7"'));
    }
    return faults;
  }
}

/** Whether no checks run while a window is open. One for some statuses only holds back notifications. */
export function stopsChecks({ mode, match }: Pick<MaintenanceSettings, 'mode' | 'match'>): boolean {
  return mode === 'stop' && match.status === undefined;
}

export interface Window {
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
}

/** The windows of one maintenance, computed on demand: it keeps the answer until it changes. */
export class MaintenanceWindows {
  private readonly lengthMs: number;
  private readonly cron: Cron | undefined;
  /** The window that holds from `from` until before `to`. */
  private known: { from: number; to: number; window: Window | undefined } | undefined;

  constructor(readonly settings: MaintenanceSettings) {
    this.cron = settings.schedule === undefined ? undefined : scheduleOf(settings.schedule, settings['time-zone']);
    this.lengthMs = settings.duration === undefined ? 0 : parseDuration(settings.duration);
  }

  /** The window that is open at `now`. Overlapping windows count as one. */
  at(now: number): Window | undefined {
    return this.knownAt(now).window;
  }

  /** When a window next begins or ends after `now`; undefined if none does. */
  changesAfter(now: number): number | undefined {
    const { to } = this.knownAt(now);
    return Number.isFinite(to) ? to : undefined;
  }

  private knownAt(now: number): { from: number; to: number; window: Window | undefined } {
    if (!this.known || now < this.known.from || now >= this.known.to) this.known = this.compute(now);
    return this.known;
  }

  private compute(now: number): { from: number; to: number; window: Window | undefined } {
    const { start, end } = this.settings;
    if (!this.cron) {
      const window = { start: Date.parse(start ?? ''), end: Date.parse(end ?? '') };
      if (now < window.start) return { from: -Infinity, to: window.start, window: undefined };
      if (now < window.end) return { from: window.start, to: window.end, window };
      return { from: window.end, to: Infinity, window: undefined };
    }
    // The earliest possible start of a window that is open now.
    const opened = this.startAfter(now - this.lengthMs);
    if (opened === undefined || opened > now) return { from: now, to: opened ?? Infinity, window: undefined };
    const window = { start: opened, end: opened + this.lengthMs };
    for (let n = 0; n < MAX_OVERLAPPING; n++) {
      const next = this.startAfter(window.end - this.lengthMs);
      if (next === undefined || next > window.end) break;
      window.end = next + this.lengthMs;
    }
    return { from: now, to: window.end, window };
  }

  /** The first start later than `ms`. */
  private startAfter(ms: number): number | undefined {
    return this.cron?.nextRun(new Date(ms))?.getTime();
  }
}

/** A schedule of every minute with a longer window never ends: it says that the window ends this far ahead. */
const MAX_OVERLAPPING = 100;

function missingBeside(name: string, what: string): FieldError {
  return { path: `/${name}`, expected: `${name} of ${what}`, message: `${name}: is required for ${what}` };
}
