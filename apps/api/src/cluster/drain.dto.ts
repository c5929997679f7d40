import { EXAMPLE_AT, EXAMPLE_WORKER } from '../common/example-facts.js';
import { component, count, instantOrNull, object, type Shape, text, textOrNull, texts } from '../common/shape.js';

/** A drained worker. */
export const Drain = component(
  'Drain',
  object({
    name: text,
    since: { ...instantOrNull, description: 'Null if an operator wrote the key directly into etcd.' },
    by: { ...textOrNull, description: 'Id of the member that handled the request.' },
    members: { ...texts, description: 'Ids of the running members of that name.' },
    assigned: { ...count, description: 'Number of monitors still assigned to them.' },
  }),
  { name: 'worker-1', since: EXAMPLE_AT, by: 'api-1-h3c8m1', members: [EXAMPLE_WORKER], assigned: 120 },
);
export type ShownDrain = Shape<typeof Drain>;
