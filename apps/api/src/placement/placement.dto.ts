import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import { FieldProblem } from '../common/problem.dto.js';
import {
  component,
  count,
  flag,
  instantOrNull,
  list,
  number,
  object,
  oneOfTexts,
  orNull,
  ref,
  type Shape,
  text,
  textOrNull,
  texts,
} from '../common/shape.js';
import { PLACEMENT_VERDICTS } from './explain-placement.js';

export const WorkerName = component('WorkerName', object({ id: text, name: text }));

export const PlacementCandidate = component(
  'PlacementCandidate',
  object({
    id: text,
    name: text,
    tags: texts,
    eligible: { ...flag, description: 'Whether it may be given the monitor.' },
    objection: { ...textOrNull, description: 'Why not.' },
    assigned: { ...count, description: 'Monitors it holds.' },
    load: { ...number, description: 'Sum of the weights of what it is to run: what the leader balances.' },
  }),
);
export type ShownCandidate = Shape<typeof PlacementCandidate>;

/** Where a monitor runs and why there, or why nowhere. */
export const Placement = component(
  'Placement',
  object({
    name: text,
    verdict: {
      ...oneOfTexts(PLACEMENT_VERDICTS),
      description:
        '`runs` on `worker`; `moving`: there until it is handed over to `to`; `closing`: not checked, `worker` finishes what is left to tell; `waiting` for a worker; `nowhere` until something is changed.',
    },
    message: { ...text, description: 'The whole of it in a sentence.' },
    worker: orNull(ref(WorkerName)),
    to: orNull(ref(WorkerName)),
    since: { ...instantOrNull, description: 'Since when its worker has it.' },
    cause: { ...textOrNull, description: 'Why it was given to that worker, in the words of the leader.' },
    tag: { ...textOrNull, description: 'The `member-tag` that decides who may run it.' },
    weight: { ...number, description: 'Its own part of a load.' },
    candidates: {
      ...list(ref(PlacementCandidate)),
      description: 'All workers: those that may run it first, the least loaded of them first.',
    },
    errors: { ...list(ref(FieldProblem)), description: 'What is wrong with its configuration, when it is refused.' },
  }),
  {
    name: 'shop-home',
    verdict: 'runs',
    message: `'shop-home' runs on worker-1 since ${EXAMPLE_AT}: to even out the loads of the 2 workers without tags`,
    worker: { id: EXAMPLE_WORKER, name: 'worker-1' },
    to: null,
    since: EXAMPLE_AT,
    cause: 'rebalance',
    tag: null,
    weight: 0.2,
    candidates: [
      { id: EXAMPLE_WORKER, name: 'worker-1', tags: [], eligible: true, objection: null, assigned: 120, load: 24.2 },
      { id: 'worker-2-m1q8zd', name: 'worker-2', tags: [], eligible: true, objection: null, assigned: 121, load: 24.4 },
      {
        id: 'worker-3-p0v5rt',
        name: 'worker-3',
        tags: ['eu-west'],
        eligible: false,
        objection: 'has tags, and this monitor asks for none',
        assigned: 8,
        load: 1.6,
      },
    ],
    errors: [],
  },
);
export type ShownPlacement = Shape<typeof Placement>;
