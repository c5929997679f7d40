import { type Assignment, ownOf } from '@9volt/contracts';

/** A member that runs checks. */
export interface PlacementWorker {
  id: string;
  name: string;
  tags: readonly string[];
  draining: boolean;
}

/** All that the answer rests on. */
export interface PlacementFacts {
  /** `off` and `refused` with the reason in words. */
  monitor: { is: 'wanted' } | { is: 'removed' } | { is: 'off' | 'refused'; because: string };
  /** The `member-tag` it is, or was last, to be run by. */
  tag: string | undefined;
  held: (Pick<Assignment, 'phase' | 'to' | 'assignedAt' | 'cause'> & { workerId: string }) | undefined;
  workers: readonly PlacementWorker[];
  /** Whether anybody leads: otherwise nothing is assigned. */
  led: boolean;
  /** What a member is called, present or gone. */
  nameOf: (workerId: string) => string;
}

/**
 * - `runs`: on the worker that holds it.
 * - `moving`: there still, until it is handed over.
 * - `closing`: it is not checked; the worker that holds it finishes what is left to tell of it.
 * - `waiting`: it is to run, and is about to be given to a worker.
 * - `nowhere`: it runs nowhere, and will not until something is changed.
 */
export const PLACEMENT_VERDICTS = ['runs', 'moving', 'closing', 'waiting', 'nowhere'] as const;
export type PlacementVerdict = (typeof PLACEMENT_VERDICTS)[number];

export interface Explanation {
  verdict: PlacementVerdict;
  /** Half a sentence, after the monitor's name. */
  message: string;
}

/** Where a monitor runs and why there, or why nowhere. Pure. */
export function explainPlacement(facts: PlacementFacts): Explanation {
  const { monitor, held, workers } = facts;
  const lives = held !== undefined && workers.some(({ id }) => id === held.workerId);
  const runs = held?.phase === 'run' || held?.phase === 'retire';
  if (monitor.is === 'wanted' || (monitor.is === 'refused' && runs)) {
    if (!held || !lives || !runs) return waiting(facts);
    return running(facts, held);
  }
  const why = monitor.is === 'removed' ? 'it was removed' : monitor.because;
  if (!held) return { verdict: 'nowhere', message: `runs nowhere: ${why}` };
  const finishing = lives ? 'finishes what is left to tell of it' : 'is gone, and another worker is to finish it';
  return { verdict: 'closing', message: `is not checked: ${why}; ${facts.nameOf(held.workerId)} ${finishing}` };
}

/** Why a worker may not be given monitors of a tag; undefined when it may. */
export function objectionTo(worker: PlacementWorker, tag: string | undefined): string | undefined {
  if (tag === undefined && worker.tags.length > 0) return 'has tags, and this monitor asks for none';
  if (tag !== undefined && !worker.tags.includes(tag)) return `does not carry the tag "${tag}"`;
  return worker.draining ? 'is drained' : undefined;
}

function running(facts: PlacementFacts, held: NonNullable<PlacementFacts['held']>): Explanation {
  const { monitor, nameOf } = facts;
  const refused = monitor.is === 'refused' ? `; its configuration is refused, this is the last good one` : '';
  const name = nameOf(held.workerId);
  if (held.phase === 'retire' && held.to !== undefined) {
    const message = `runs on ${name} until that hands it over to ${nameOf(held.to)}${because(facts, held.cause)}${refused}`;
    return { verdict: 'moving', message };
  }
  const message = `runs on ${name} since ${held.assignedAt}${because(facts, held.cause)}${refused}`;
  return { verdict: 'runs', message };
}

function waiting(facts: PlacementFacts): Explanation {
  const { held, led, nameOf, workers, tag } = facts;
  const may = workers.filter((worker) => objectionTo(worker, tag) === undefined).length;
  if (may === 0) return { verdict: 'nowhere', message: `runs nowhere: ${shortage(facts)}` };
  const next = led
    ? 'the leader is about to choose a worker'
    : 'nobody leads, so nothing is assigned: is a scheduler running?';
  if (!held) return { verdict: 'waiting', message: `runs nowhere yet: ${next}` };
  const name = nameOf(held.workerId);
  if (!workers.some(({ id }) => id === held.workerId)) {
    return { verdict: 'waiting', message: `was run by ${name}, which is gone: ${next}` };
  }
  return {
    verdict: 'closing',
    message: `is not checked until ${name} has told what is left of it; then it gets a worker`,
  };
}

function shortage({ workers, tag }: PlacementFacts): string {
  if (workers.length === 0) return 'no worker takes part';
  const drained = workers.filter(
    (worker) => worker.draining && objectionTo({ ...worker, draining: false }, tag) === undefined,
  );
  if (drained.length > 0) {
    return `every worker that may run it is drained: ${drained.map(({ name }) => name).join(', ')}`;
  }
  return tag === undefined ? 'every worker has tags, and it asks for none' : `no worker carries the tag "${tag}"`;
}

/** What the leader wrote down, in the words of somebody who asks. Another version of it may have had other reasons. */
function because({ workers, tag }: PlacementFacts, cause: string | undefined): string {
  if (cause === undefined) return '';
  const pool = workers.filter((worker) => objectionTo({ ...worker, draining: false }, tag) === undefined).length;
  const which = tag === undefined ? 'without tags' : `with the tag "${tag}"`;
  const among = `the ${pool} worker${pool === 1 ? '' : 's'} ${which}`;
  const known: Readonly<Record<string, string>> = {
    new: `it was new, and of ${among} this one had the least to do`,
    rebalance: `to even out the loads of ${among}`,
    'its worker is gone': `the worker it had was gone, and of ${among} this one was given it`,
    'its worker is drained': `the worker it had is drained`,
    'late hand-over': `the worker it had did not hand it over in time`,
    'stays after all': `a move elsewhere was taken back`,
  };
  return `: ${ownOf(known, cause) ?? cause}`;
}
