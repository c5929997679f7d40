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
    eligible: { ...flag, description: 'True if the worker can run the monitor.' },
    objection: { ...textOrNull, description: 'Why not.' },
    assigned: { ...count, description: 'Number of assigned monitors.' },
    load: { ...number, description: 'Sum of the weights of its monitors; the leader balances this.' },
  }),
);
export type ShownCandidate = Shape<typeof PlacementCandidate>;

/** Explain the placement of a monitor. */
export const Placement = component(
  'Placement',
  object({
    name: text,
    verdict: {
      ...oneOfTexts(PLACEMENT_VERDICTS),
      description:
        '`runs`: `worker` runs it. `moving`: `worker` runs it until it hands it over to `to`. `closing`: `worker` no longer checks it but still sends its pending notifications. `waiting`: the leader will assign a worker. `nowhere`: no worker can run it until somebody changes the configuration or the workers.',
    },
    message: { ...text, description: 'The explanation as one sentence.' },
    worker: orNull(ref(WorkerName)),
    to: orNull(ref(WorkerName)),
    since: { ...instantOrNull, description: 'Time when the worker got it.' },
    cause: { ...textOrNull, description: 'Reason the leader gave for its choice.' },
    tag: { ...textOrNull, description: 'The `member-tag`: only workers with this tag run it.' },
    weight: { ...number, description: 'Weight of this monitor in the load of its worker.' },
    candidates: {
      ...list(ref(PlacementCandidate)),
      description: 'All workers. Suitable ones come first, the least loaded at the top.',
    },
    errors: { ...list(ref(FieldProblem)), description: 'Errors of its configuration, if it is quarantined.' },
  }),
  {
    name: 'shop-home',
    verdict: 'runs',
    message: `'shop-home' runs on worker-1 since ${EXAMPLE_AT}: to balance the loads of the 2 workers without tags`,
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
        objection: 'has tags, but this monitor has no member-tag',
        assigned: 8,
        load: 1.6,
      },
    ],
    errors: [],
  },
);
export type ShownPlacement = Shape<typeof Placement>;
