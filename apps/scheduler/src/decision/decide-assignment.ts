import { type Assignment, isChecked, isPoisonous, type PoisonRecord } from '@9volt/contracts';
import { type Holding, subjectOfHolding } from '../caches/holding.js';
import { type Judged, settingsOfLeftover, type Subject, type ValidMonitor } from '../caches/judge-monitor.js';

/** Why an assignment is written, for the log and the events. */
export type Cause =
  | 'new'
  | 'enabled'
  | 'edited'
  | 'its worker is gone'
  | 'rebalance'
  | 'its worker is drained'
  | 'late hand-over'
  | 'stays after all'
  | 'removed'
  | 'disabled'
  | 'changed'
  | 'orphaned'
  | 'quarantined'
  | 'a notification is pending'
  | 'held twice'
  | 'unreadable';

/** The value of an assignment, except the time. */
export interface Content {
  phase: Assignment['phase'];
  to?: string;
  reason?: NonNullable<Assignment['reason']>;
  subject: Subject;
  revision: number;
  createRevision: number;
  isolate?: true;
  lastRunAt?: number | undefined;
  lastRunBy?: string | undefined;
}

export type Decision =
  /** Nothing to write. */
  | { act: 'none' }
  /** A monitor without an owner gets an assignment. */
  | { act: 'assign'; cause: Cause; to: string; content: Content }
  /** The assignment stays where it is and is rewritten; its key, and so its create revision, stays. */
  | { act: 'rewrite'; cause: Cause; holding: Holding; content: Content }
  /** The assignment goes to another worker at once. */
  | { act: 'move'; cause: Cause; holding: Holding; ownerGone: boolean; to: string; content: Content }
  | { act: 'drop'; cause: Cause; holding: Holding; ownerGone: boolean };

/** All inputs of the decision about one monitor. */
export interface Facts {
  now: number;
  /** Absent if there is no such monitor. */
  monitor: Judged | undefined;
  /** The revision up to which this process knows monitors. */
  monitorsRevision: number;
  holdings: readonly Holding[];
  /** Whether a worker is a member; `unsure` shortly after an outage of etcd, when it may come back. */
  ownerOf: (holding: Holding) => 'live' | 'gone' | 'unsure';
  /** Whether a worker is drained. */
  isDrained: (holding: Holding) => boolean;
  /** The deaths that it is suspected of. */
  poison: PoisonRecord | undefined;
  state: { target: string; createRevision: number } | undefined;
  /** Whether notifications about it are pending. */
  owed: boolean;
  /** The worker that should run it; undefined if nobody may. */
  goal: (subject: Subject) => string | undefined;
  /** Any worker, to finish the leftovers of a monitor that nobody runs. */
  helper: () => string | undefined;
  /** Whether the planned hand-over of this assignment takes too long. */
  overdue: (holding: Holding) => boolean;
}

const NONE: Decision = { act: 'none' };

/**
 * The one step that brings the assignment of a monitor nearer to what it should be. Pure; applied again and again it comes to rest.
 */
export function decideAssignment(facts: Facts): Decision {
  const { monitor, holdings, ownerOf } = facts;
  const broken = holdings.find((holding) => holding.phase === undefined);
  if (broken) return { act: 'drop', cause: 'unreadable', holding: broken, ownerGone: false };
  const holding = keeper(facts);
  const surplus = holdings.find((other) => other !== holding);
  if (surplus) {
    const owner = ownerOf(surplus);
    return owner === 'unsure'
      ? NONE
      : { act: 'drop', cause: 'held twice', holding: surplus, ownerGone: owner === 'gone' };
  }
  if (holding && ownerOf(holding) === 'unsure') return NONE;
  // The process that assigned this knew a newer revision than this one knows yet.
  if (holding && holding.revision > (monitor?.revision ?? facts.monitorsRevision)) return NONE;

  if (holding?.phase === 'remove') return closing(facts, holding);
  if (!monitor) return closed(facts, holding, 'removed');
  if (monitor.verdict === 'refused') {
    if (holding && isChecked(holding.phase)) return kept(facts, holding);
    return holding ? continued(facts, holding) : owedOnly(facts, undefined);
  }
  if (isOff(monitor, facts.now)) return closed(facts, holding, 'disabled');
  const reason = closingReason(facts, monitor, holding);
  if (reason) return closed(facts, holding, reason);
  return wanted(facts, holding, versionOf(monitor));
}

/** Whether a monitor is switched off at `now`. */
export function isOff({ disable, disableUntil }: ValidMonitor, now: number): boolean {
  return disable || (disableUntil !== undefined && disableUntil > now);
}

type Version = Pick<Content, 'subject' | 'revision' | 'createRevision'>;

/** Why a monitor without an owner gets one: a monitor that was changed since it was created is rarely new. */
function beginning({ revision, createRevision }: Pick<Version, 'revision' | 'createRevision'>): Cause {
  return revision === createRevision ? 'new' : 'enabled';
}

/** Why a monitor runs whose assignment served only to end what was before. */
function resumption({ reason }: Holding, version: Version): Cause {
  return reason === 'changed' ? 'changed' : beginning(version);
}

/** Of several assignments, which only a defect or an operator can have made: the one of a live worker, then the oldest. */
function keeper({ holdings, ownerOf }: Facts): Holding | undefined {
  if (holdings.length <= 1) return holdings[0];
  const rank = (holding: Holding): number => (ownerOf(holding) === 'live' ? 0 : 1);
  return [...holdings].sort((a, b) => rank(a) - rank(b) || a.modRevision - b.modRevision)[0];
}

/** Why the running version, or the target in the state, differs from the present monitor. */
function closingReason(
  { state }: Facts,
  monitor: ValidMonitor,
  holding: Holding | undefined,
): 'removed' | 'changed' | undefined {
  if (holding && holding.phase !== 'deliver') {
    if (holding.createRevision !== monitor.createRevision) return 'removed';
    if (holding.revision === monitor.revision) return undefined;
    return subjectOfHolding(holding).target === monitor.target ? undefined : 'changed';
  }
  if (!state) return undefined;
  if (state.createRevision !== monitor.createRevision) return 'removed';
  return state.target === monitor.target ? undefined : 'changed';
}

/**
 * Once the state is gone the incident is closed; pending notifications must not keep a wanted monitor from running. They may be on
 * their way: then it does not move without a hand-over, or the next owner sends them, too.
 */
function closing(facts: Facts, holding: Holding): Decision {
  const { monitor, state, now, owed, ownerOf, goal } = facts;
  const isWanted = monitor?.verdict === 'valid' && !isOff(monitor, now);
  if (!isWanted || state || goal(monitor) === undefined) return continued(facts, holding);
  if (!owed && ownerOf(holding) === 'live' && goal(monitor) !== holding.workerId) {
    const isolate = facts.poison ? { isolate: true as const } : {};
    const content: Content = { ...versionOf(monitor), phase: 'run', ...isolate };
    return moved(facts, holding, goal(monitor), resumption(holding, content), content);
  }
  return wanted(facts, holding, versionOf(monitor));
}

/** No worker may run it any more: its owner closes the incident, or any worker if it has no owner. */
function closed(facts: Facts, holding: Holding | undefined, reason: 'removed' | 'disabled' | 'changed'): Decision {
  const { state, owed, ownerOf, helper } = facts;
  if (!holding) {
    if (!state) return owedOnly(facts, undefined);
    const to = helper();
    if (to === undefined) return NONE;
    return { act: 'assign', cause: reason, to, content: { ...leftover(facts), phase: 'remove', reason } };
  }
  const live = ownerOf(holding) === 'live';
  if (!state && (!owed || holding.phase === 'deliver')) {
    if (holding.phase === 'deliver') return continued(facts, holding);
    return { act: 'drop', cause: reason, holding, ownerGone: !live };
  }
  const content: Content = { ...heldVersion(holding), phase: 'remove', reason, ...lastRunOf(holding) };
  if (live) return { act: 'rewrite', cause: reason, holding, content };
  return moved(facts, holding, helper(), reason, content);
}

/** The last valid version of a monitor whose present one is invalid. */
function kept(facts: Facts, holding: Holding): Decision {
  return wanted(facts, holding, heldVersion(holding));
}

function wanted(facts: Facts, holding: Holding | undefined, version: Version): Decision {
  if (isPoisonous(facts.poison, version.revision)) return orphaned(facts, holding, version, 'quarantined');
  const goal = facts.goal(version.subject);
  if (goal === undefined) return orphaned(facts, holding, version, 'orphaned');
  // Any suspected revision counts: an edit may not have changed the cause.
  const isolate = facts.poison ? { isolate: true as const } : {};
  // Made only when it is written: most monitors are as they should be.
  const run = (): Content => ({ ...version, phase: 'run', ...isolate, ...lastRunOf(holding) });
  if (!holding) return { act: 'assign', cause: beginning(version), to: goal, content: run() };
  if (facts.ownerOf(holding) === 'gone') return moved(facts, holding, goal, 'its worker is gone', run());
  const isCurrent = holding.revision === version.revision;
  if (holding.workerId === goal) {
    if (holding.phase === 'run' && isCurrent) return NONE;
    const cause = isChecked(holding.phase) ? (isCurrent ? 'stays after all' : 'edited') : resumption(holding, version);
    return { act: 'rewrite', cause, holding, content: run() };
  }
  // A delivery in progress is abandoned here: its entries leave the outbox whoever owns the monitor.
  if (holding.phase === 'deliver') return moved(facts, holding, goal, resumption(holding, version), run());
  if (facts.overdue(holding)) return moved(facts, holding, goal, 'late hand-over', run());
  if (holding.phase === 'retire' && holding.to === goal && isCurrent) return NONE;
  const cause = facts.isDrained(holding) ? 'its worker is drained' : 'rebalance';
  return { act: 'rewrite', cause, holding, content: { ...run(), phase: 'retire', to: goal } };
}

/**
 * It is to run, and nobody may run it, or it may run nowhere. If its worker is gone it stays assigned, for the next worker to take
 * it from there.
 */
function orphaned(
  facts: Facts,
  holding: Holding | undefined,
  version: Version,
  cause: 'orphaned' | 'quarantined',
): Decision {
  const { owed, ownerOf, helper } = facts;
  if (!holding || holding.phase === 'deliver') return owedOnly(facts, holding);
  const live = ownerOf(holding) === 'live';
  if (!owed) return live ? { act: 'drop', cause, holding, ownerGone: false } : NONE;
  const content: Content = { ...version, phase: 'deliver', ...lastRunOf(holding) };
  if (live) return { act: 'rewrite', cause, holding, content };
  return moved(facts, holding, helper(), 'a notification is pending', content);
}

/** Its owner finishes what was begun, or another worker if the owner is gone. */
function continued(facts: Facts, holding: Holding): Decision {
  if (facts.ownerOf(holding) === 'live') return NONE;
  if (!facts.state && !facts.owed) return { act: 'drop', cause: 'its worker is gone', holding, ownerGone: true };
  const content: Content = {
    ...heldVersion(holding),
    phase: holding.phase as Assignment['phase'],
    ...(holding.reason ? { reason: holding.reason } : {}),
    ...lastRunOf(holding),
  };
  return moved(facts, holding, facts.helper(), 'its worker is gone', content);
}

/** No worker runs it and none may: a worker still delivers its notifications. */
function owedOnly(facts: Facts, holding: Holding | undefined): Decision {
  if (holding) return continued(facts, holding);
  const to = facts.owed ? facts.helper() : undefined;
  if (to === undefined) return NONE;
  return { act: 'assign', cause: 'a notification is pending', to, content: { ...leftover(facts), phase: 'deliver' } };
}

function moved(facts: Facts, holding: Holding, to: string | undefined, cause: Cause, content: Content): Decision {
  if (to === undefined || to === holding.workerId) return NONE;
  // The predecessor's record is out of date: this owner has run it since, nobody knows until when.
  const outdated = holding.lastRunBy === holding.workerId ? {} : { lastRunAt: undefined, lastRunBy: undefined };
  const ownerGone = facts.ownerOf(holding) === 'gone';
  return { act: 'move', cause, holding, ownerGone, to, content: { ...content, ...outdated } };
}

function lastRunOf(holding: Holding | undefined): Pick<Content, 'lastRunAt' | 'lastRunBy'> {
  return { lastRunAt: holding?.lastRunAt, lastRunBy: holding?.lastRunBy };
}

function versionOf(monitor: ValidMonitor): Version {
  return { subject: monitor, revision: monitor.revision, createRevision: monitor.createRevision };
}

function heldVersion(holding: Holding): Version {
  return { subject: subjectOfHolding(holding), revision: holding.revision, createRevision: holding.createRevision };
}

/** The facts about a monitor that nobody owns. */
function leftover({ monitor, state }: Facts): Omit<Content, 'phase'> {
  return {
    subject: monitor?.verdict === 'valid' ? monitor : settingsOfLeftover(),
    revision: monitor?.revision ?? 0,
    createRevision: state?.createRevision ?? monitor?.createRevision ?? 0,
  };
}
