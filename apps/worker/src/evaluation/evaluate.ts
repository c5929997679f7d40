import {
  type CheckResult,
  intervalMsOf,
  type MonitorSettings,
  type MonitorState,
  NO_MESSAGE,
  type OpenIncident,
  type Status,
  thresholdsOf,
  type AlarmStatus,
} from '@9volt/contracts';
import { flappingAfter, historyWith } from './flapping.js';
import { statusAfter } from './verdict.js';

/** The input of an evaluation beside the result. */
export interface EvaluationContext {
  /** Time of the decision, milliseconds since the epoch. */
  now: number;
  /** Start of the check, milliseconds since the epoch. */
  lastRunAt: number;
  owner: string;
  ownerName: string;
  revision: number;
  createRevision: number;
  /** Type and target, in one line. */
  target: string;
  /** See {@link MonitorState.judgedWithinMs}. */
  judgedWithinMs?: number;
  /** The highest number of an incident before the state; absent if there was none. */
  incidents?: number;
}

/** All consecutive failures, as far as they are known. */
export function failuresOf({ failures, count }: Pick<MonitorState, 'failures' | 'count'>): number {
  return failures ?? count;
}

/**
 * The next state of a monitor. It counts failures up to the highest threshold for the status, and all of them for people. The first success resets the count and closes the
 * incident (with a `recovery-threshold`, that many consecutive successes); nothing else closes it, so an incident survives a change
 * of the thresholds. `told` stays as it was: pending notifications follow from the state and are decided when it is written
 * (`owed.ts`).
 */
export function evaluate(
  before: MonitorState | undefined,
  result: CheckResult,
  settings: MonitorSettings,
  context: EvaluationContext,
): MonitorState {
  const state = before && continues(before, context) ? before : undefined;
  const ranAt = new Date(context.lastRunAt).toISOString();
  const isOk = result.status === 'ok';
  if (state && staysCalm(state, result, settings)) return { ...state, ...renewed(context, ranAt) };
  const common = {
    // Keeps attributes of a newer version.
    ...without(state, 'successes', 'history', 'flapping'),
    ...flappingOf(state, isOk, settings, ranAt),
    ...renewed(context, ranAt),
    told: state?.told ?? {},
    // Numbers of incidents continue after a change of the target, and after a time without a state.
    incidents: before?.createRevision === context.createRevision ? before.incidents : (context.incidents ?? 0),
  };
  if (result.status === 'ok') {
    const successes = (state?.successes ?? 0) + 1;
    if (state?.incident && successes < (settings['recovery-threshold'] ?? 1)) return { ...state, ...common, successes };
    const since = state?.status === 'ok' ? state.since : ranAt;
    const well = { ...common, status: 'ok' as const, since, count: 0, message: NO_MESSAGE, incident: null };
    return without(well, 'firstFailureAt', 'failureSeenAt');
  }

  const thresholds = thresholdsOf(settings);
  const highest = Math.max(thresholds.warning ?? 0, thresholds.critical ?? 0);
  const count = Math.min((state?.count ?? 0) + 1, highest);
  const firstFailureAt = state?.firstFailureAt ?? ranAt;
  const failureSeenAt = state?.firstFailureAt === undefined ? common.date : state.failureSeenAt;
  const reached = statusAfter(result.status, count, thresholds);
  const status = state?.incident ? notLowered(state.status, reached, result.status) : reached;
  const failing = {
    ...common,
    status,
    since: state?.status === status ? state.since : ranAt,
    count,
    failures: failuresBefore(state, settings, context) + 1,
    firstFailureAt,
    ...(failureSeenAt === undefined ? {} : { failureSeenAt }),
    message: result.message,
  };
  if (status === 'ok') return { ...failing, incident: null };
  const opened = state?.incident ? undefined : common.incidents + 1;
  const open: OpenIncident = state?.incident ?? {
    id: `${context.createRevision}.${opened}`,
    openedAt: firstFailureAt,
    worst: status,
  };
  return {
    ...failing,
    incidents: opened ?? common.incidents,
    incident: described(
      { ...open, worst: worse(open.worst, status), ...(status === 'warning' ? { warned: true } : {}) },
      result,
    ),
  };
}

/** The state after the end of its incident, which somebody else saw. */
export function endedAt(state: MonitorState, since: string): MonitorState {
  const well = { ...state, status: 'ok' as const, since, count: 0, message: NO_MESSAGE, incident: null };
  return without(well, 'firstFailureAt', 'failureSeenAt', 'successes');
}

/** What each evaluation says anew. */
function renewed(context: EvaluationContext, lastRunAt: string) {
  const { now, owner, ownerName, revision, createRevision, target, judgedWithinMs } = context;
  const date = new Date(now).toISOString();
  const judged = judgedWithinMs === undefined ? {} : { judgedWithinMs };
  return { owner, ownerName, revision, createRevision, target, lastRunAt, date, ...judged };
}

/**
 * Whether the next state differs from this one in nothing but its times, as after most checks: then it can be made when somebody asks
 * for it ({@link at}).
 */
export function onlyAges(
  state: MonitorState,
  result: CheckResult,
  settings: MonitorSettings,
  context: EvaluationContext,
): boolean {
  return (
    continues(state, context) &&
    staysCalm(state, result, settings) &&
    state.owner === context.owner &&
    state.ownerName === context.ownerName &&
    state.revision === context.revision &&
    state.judgedWithinMs === context.judgedWithinMs
  );
}

/** The same state after a later check. Times are milliseconds since the epoch. */
export function at(state: MonitorState, lastRunAt: number, now: number): MonitorState {
  return { ...state, lastRunAt: new Date(lastRunAt).toISOString(), date: new Date(now).toISOString() };
}

function staysCalm(state: MonitorState, { status }: CheckResult, settings: MonitorSettings): boolean {
  return status === 'ok' && isCalm(state) && !settings['detect-flapping'];
}

/** Whether one more success changes nothing but the times: so it is with most checks. */
function isCalm(state: MonitorState): boolean {
  return (
    state.status === 'ok' &&
    state.incident === null &&
    state.count === 0 &&
    state.message === NO_MESSAGE &&
    state.firstFailureAt === undefined &&
    state.failureSeenAt === undefined &&
    state.successes === undefined &&
    state.history === undefined &&
    state.flapping === undefined
  );
}

/** Failures so far. What the owner before saw after its last write follows from the time that its monitor has failed. */
function failuresBefore(state: MonitorState | undefined, settings: MonitorSettings, now: EvaluationContext): number {
  if (!state || state.count === 0) return 0;
  if (state.owner === now.owner || state.firstFailureAt === undefined) return failuresOf(state);
  const failingMs = now.lastRunAt - Date.parse(state.firstFailureAt);
  return Math.max(failuresOf(state), Math.floor(failingMs / intervalMsOf(settings)) || 0);
}

/**
 * Whether a stored state is about this monitor as it is now; otherwise alerters that were notified of its incident must get a
 * resolve.
 */
export function continues(
  state: Pick<MonitorState, 'createRevision' | 'target'>,
  now: Pick<MonitorState, 'createRevision' | 'target'>,
): boolean {
  return state.createRevision === now.createRevision && state.target === now.target;
}

/** Somebody may have raised the thresholds during an incident: a target that fails as before is no better for that. */
function notLowered(before: Status, reached: Status, verdict: AlarmStatus): Status {
  return reached === 'ok' || (before === 'critical' && verdict === 'critical') ? before : reached;
}

const SEVERITY: Readonly<Record<AlarmStatus, number>> = { warning: 1, unknown: 2, critical: 3 };

/** The worse of two statuses: critical, then unknown, then warning. */
export function worse(a: AlarmStatus, b: AlarmStatus): AlarmStatus {
  return SEVERITY[b] > SEVERITY[a] ? b : a;
}

function described(incident: OpenIncident, { expected, found }: CheckResult): OpenIncident {
  const latest = { ...incident };
  delete latest.expected;
  delete latest.found;
  return {
    ...latest,
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  };
}

/** The latest results, and whether they flap; nothing unless the monitor asks for it. */
function flappingOf(
  state: MonitorState | undefined,
  isOk: boolean,
  settings: MonitorSettings,
  at: string,
): Pick<MonitorState, 'history' | 'flapping'> {
  if (!settings['detect-flapping']) return {};
  const history = historyWith(state?.history, isOk);
  const flapping = flappingAfter(state?.flapping, history, settings, at);
  return { history, ...(flapping ? { flapping } : {}) };
}

/** A state without some attributes. */
function without<S extends Partial<MonitorState>>(state: S | undefined, ...names: (keyof MonitorState)[]): S {
  const rest = { ...state } as S;
  for (const name of names) delete rest[name];
  return rest;
}
