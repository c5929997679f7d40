import { type Assignment, isChecked, ownOf } from '@9volt/contracts';

/** A member that runs checks. */
export interface PlacementWorker {
  id: string;
  name: string;
  tags: readonly string[];
  draining: boolean;
}

/** All inputs of the answer. */
export interface PlacementFacts {
  /** `off` and `refused` with the reason in words. */
  monitor: { is: 'wanted' } | { is: 'removed' } | { is: 'off' | 'refused'; because: string };
  /** The `member-tag` that it has, or last had. */
  tag: string | undefined;
  held: (Pick<Assignment, 'phase' | 'to' | 'assignedAt' | 'cause'> & { workerId: string }) | undefined;
  workers: readonly PlacementWorker[];
  /** Whether there is a leader: otherwise nothing is assigned. */
  led: boolean;
  /** The worker whose drain ended just before it was assigned, if any. */
  undrained?: string | undefined;
  /** The name of a member, present or gone. */
  nameOf: (workerId: string) => string;
}

/**
 * - `runs`: on its owner.
 * - `moving`: there still, until the hand-over.
 * - `closing`: it is not checked; its owner still sends its pending notifications.
 * - `waiting`: it is to run, and the leader is about to assign it.
 * - `nowhere`: it runs nowhere, and will not until something changes.
 */
export const PLACEMENT_VERDICTS = ['runs', 'moving', 'closing', 'waiting', 'nowhere'] as const;
type PlacementVerdict = (typeof PLACEMENT_VERDICTS)[number];

export interface Explanation {
  verdict: PlacementVerdict;
  /** Half a sentence, after the monitor's name. */
  message: string;
}

/** Explain the placement of a monitor. Pure. */
export function explainPlacement(facts: PlacementFacts): Explanation {
  const { monitor, held, workers } = facts;
  const lives = held !== undefined && workers.some(({ id }) => id === held.workerId);
  const runs = isChecked(held?.phase);
  if (monitor.is === 'wanted' || (monitor.is === 'refused' && runs)) {
    if (!held || !lives || !runs) return waiting(facts);
    return running(facts, held);
  }
  const why = monitor.is === 'removed' ? 'it was removed' : monitor.because;
  if (!held) return { verdict: 'nowhere', message: `runs on no worker: ${why}` };
  const finishing = lives
    ? runs && monitor.is === 'off'
      ? 'keeps it'
      : 'still sends its pending notifications'
    : 'has left; the leader will let another worker send its pending notifications';
  return { verdict: 'closing', message: `is not checked: ${why}; ${facts.nameOf(held.workerId)} ${finishing}` };
}

/** Why a worker may not get monitors of a tag; undefined if it may. */
export function objectionTo(worker: PlacementWorker, tag: string | undefined): string | undefined {
  if (tag === undefined && worker.tags.length > 0) return 'has tags, but this monitor has no member-tag';
  if (tag !== undefined && !worker.tags.includes(tag)) return `does not have the tag "${tag}"`;
  return worker.draining ? 'is drained' : undefined;
}

function running(facts: PlacementFacts, held: NonNullable<PlacementFacts['held']>): Explanation {
  const { monitor, nameOf } = facts;
  const refused = monitor.is === 'refused' ? `; its configuration is invalid, so its last valid version runs` : '';
  const name = nameOf(held.workerId);
  if (held.phase === 'retire' && held.to !== undefined) {
    const message = `runs on ${name}, which is handing it over to ${nameOf(held.to)}${because(facts, held.cause)}${refused}`;
    return { verdict: 'moving', message };
  }
  const message = `runs on ${name} since ${held.assignedAt}${because(facts, held.cause)}${refused}`;
  return { verdict: 'runs', message };
}

function waiting(facts: PlacementFacts): Explanation {
  const { held, led, nameOf, workers, tag } = facts;
  const may = workers.filter((worker) => objectionTo(worker, tag) === undefined).length;
  if (may === 0) return { verdict: 'nowhere', message: `runs on no worker: ${shortage(facts)}` };
  const next = led
    ? 'the leader is about to choose a worker'
    : 'no scheduler is leader, so nothing is assigned; start a scheduler';
  if (!held) return { verdict: 'waiting', message: `has no worker yet: ${next}` };
  const name = nameOf(held.workerId);
  if (!workers.some(({ id }) => id === held.workerId)) {
    return { verdict: 'waiting', message: `ran on ${name}, which has left: ${next}` };
  }
  return {
    verdict: 'closing',
    message: `waits until ${name} has sent its pending notifications; then the leader assigns a worker`,
  };
}

function shortage({ workers, tag }: PlacementFacts): string {
  if (workers.length === 0) return 'no worker is running';
  const drained = workers.filter(
    (worker) => worker.draining && objectionTo({ ...worker, draining: false }, tag) === undefined,
  );
  if (drained.length > 0) {
    return `every suitable worker is drained: ${drained.map(({ name }) => name).join(', ')}`;
  }
  return tag === undefined ? 'every worker has tags, but it has no member-tag' : `no worker has the tag "${tag}"`;
}

/** The leader's stored reason, in words for the person who asks. Another version of it may have had other reasons. */
function because({ workers, tag, undrained }: PlacementFacts, cause: string | undefined): string {
  if (cause === undefined) return '';
  const pool = workers.filter((worker) => objectionTo({ ...worker, draining: false }, tag) === undefined).length;
  const which = tag === undefined ? 'without tags' : `with the tag "${tag}"`;
  const among = `the ${pool} worker${pool === 1 ? '' : 's'} ${which}`;
  const known: Readonly<Record<string, string>> = {
    new: `it had no worker yet, and this worker had the lowest load of ${among}`,
    enabled: `it was enabled, or changed while no worker had it, and this worker had the lowest load of ${among}`,
    changed: `its type or target was changed, and this worker had the lowest load of ${among}`,
    rebalance: `to balance the loads of ${among}`,
    'its worker is gone': `its previous worker had left, and the leader chose this one of ${among}`,
    'its worker is drained': `its previous worker is drained`,
    'late hand-over': `its previous worker did not hand it over in time`,
    'stays after all': `the leader cancelled a move to another worker`,
  };
  const after = undrained === undefined ? '' : `, after the drain of ${undrained} ended`;
  return `: ${ownOf(known, cause) ?? cause}${after}`;
}
