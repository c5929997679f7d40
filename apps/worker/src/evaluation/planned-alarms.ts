import {
  BURN_KINDS,
  type ByName,
  byName,
  type MonitorSettings,
  type MonitorState,
  type OpenIncident,
  ownOf,
  parseDuration,
  thresholdsOf,
  type AlarmStatus,
} from '@9volt/contracts';
import type { Alarm } from './alarm.js';
import { isNotified } from './verdict.js';

/** What alerters know about the open incident. */
export interface Heard {
  told: Readonly<Record<string, AlarmStatus>>;
  /** By alerter, the time of its last notification. ISO 8601. */
  toldAt: Readonly<Record<string, string>>;
  /** Alerters that may think it is over. */
  unsure: ReadonlySet<string>;
  /** When an alerter was first notified of the status of that time. ISO 8601. */
  alarmedAt?: string | undefined;
  /** Whether the recipients of the warning were decided before. */
  warned: boolean;
  /** Alerters that were notified of the flapping, and must learn how it ended. */
  flapped: Readonly<Record<string, AlarmStatus>>;
}

export interface PlannedAlarm extends Alarm {
  /** When it is due, milliseconds since the epoch; 0: at once. */
  at: number;
}

/** The recipients of a status, once it is notified at all ({@link isNotified}). Others keep their last notification. */
export function recipientsOf(status: AlarmStatus, settings: MonitorSettings): string[] {
  const warning = settings['warning-alerter'] ?? [];
  const critical = settings['critical-alerter'] ?? [];
  switch (status) {
    case 'warning':
      return unique(warning);
    case 'critical':
      return unique(critical);
    case 'unknown':
      return unique(critical.length > 0 ? critical : warning);
  }
}

/**
 * The notifications of a state with an open incident, due now or later: alarms, escalations, repeats. At most one of each kind for
 * an alerter.
 */
export function plannedAlarms(
  { status, count, since, successes = 0 }: MonitorState,
  open: OpenIncident,
  heard: Heard,
  settings: MonitorSettings,
): PlannedAlarm[] {
  if (status === 'ok') return [];
  const isDue = isNotified(status, count, thresholdsOf(settings));
  const first = isDue ? recipientsOf(status, settings) : [];
  const alarms: PlannedAlarm[] = [];
  if (open.warned && status !== 'warning' && !heard.warned) {
    // The warning came and went before it could be written.
    for (const alerter of recipientsOf('warning', settings)) {
      if (ownOf(heard.told, alerter) !== undefined || first.includes(alerter)) continue;
      alarms.push({ alerter, status: 'warning', kind: 'passed', at: 0 });
    }
  }
  const later = isDue ? escalationsOf(first, { status, since, successes }, heard, settings) : byName<number>();
  const repeatMs =
    settings['renotify-interval'] === undefined ? undefined : parseDuration(settings['renotify-interval']);
  const flapped = isDue ? Object.keys(heard.flapped) : [];
  for (const alerter of unique([...first, ...Object.keys(later), ...flapped])) {
    const isLate = later[alerter] !== undefined && !first.includes(alerter);
    const kind = isLate ? ('escalation' as const) : ('alarm' as const);
    if (ownOf(heard.told, alerter) !== status || heard.unsure.has(alerter) || flapped.includes(alerter)) {
      alarms.push({ alerter, status, kind, at: isLate ? (later[alerter] ?? 0) : 0 });
    } else if (repeatMs !== undefined && successes === 0) {
      const toldAt = Date.parse(ownOf(heard.toldAt, alerter) ?? '') || Date.parse(since);
      alarms.push({ alerter, status, kind: 'repeat', at: toldAt + repeatMs });
    }
  }
  return alarms;
}

/**
 * Since when escalations count: the first notification of the present status, however often it was repeated. Without first
 * recipients: since the status began.
 */
export function alarmedSince(
  first: readonly string[],
  { status, since }: Pick<MonitorState, 'status' | 'since'>,
  { told, toldAt, alarmedAt }: Heard,
): number | undefined {
  const from = Date.parse(since);
  if (alarmedAt !== undefined && Date.parse(alarmedAt) >= from) return Date.parse(alarmedAt);
  if (first.length === 0) return from;
  const times = first
    .filter((alerter) => ownOf(told, alerter) === status)
    .map((alerter) => Math.max(from, Date.parse(ownOf(toldAt, alerter) ?? '') || from));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** By alerter, when it gets an escalation. An alerter that got one is notified of everything that follows, at once. */
function escalationsOf(
  first: readonly string[],
  { status, since, successes }: Pick<MonitorState, 'status' | 'since'> & { successes: number },
  heard: Heard,
  { escalate = [] }: MonitorSettings,
): ByName<number> {
  const due = byName<number>();
  if (escalate.length === 0) return due;
  const from = alarmedSince(first, { status, since }, heard);
  for (const { after, alerter: names } of escalate) {
    for (const alerter of names) {
      const isKnown = ownOf(heard.told, alerter) !== undefined;
      if (isKnown) due[alerter] = 0;
      else if (from !== undefined && successes === 0) {
        due[alerter] = Math.min(due[alerter] ?? Infinity, from + parseDuration(after));
      }
    }
  }
  return due;
}

/**
 * When a decision must be made again although nothing happens: the end of a hold, or the time of a repeat or an escalation;
 * undefined if only an event can change it.
 */
export function nextLookAt(state: MonitorState, settings: MonitorSettings): number | undefined {
  const burnHolds = burnHoldEnds(state);
  if (!state.incident) return burnHolds.length === 0 ? undefined : Math.min(...burnHolds);
  const { told, toldAt = {}, alarmedAt, held = {}, acknowledged } = state;
  const heard = { told, toldAt, unsure: new Set<string>(), alarmedAt, warned: true, flapped: {} };
  const times = plannedAlarms(state, state.incident, heard, settings)
    .filter(({ alerter, at }) => at > 0 && !Object.hasOwn(held, alerter))
    .map(({ at }) => at);
  times.push(...burnHolds);
  for (const { until } of Object.values(held)) if (until !== undefined) times.push(Date.parse(until));
  // Alerters get a note that it expired.
  if (acknowledged?.until !== undefined) times.push(Date.parse(acknowledged.until));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When a hold of such an alarm ends at the latest, as far as that is known. Milliseconds since the epoch. */
function burnHoldEnds({ burning = {} }: Pick<MonitorState, 'burning'>): number[] {
  return BURN_KINDS.flatMap((kind) => Object.values(burning[kind]?.held ?? {})).flatMap(({ until }) =>
    until === undefined ? [] : [Date.parse(until)],
  );
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
