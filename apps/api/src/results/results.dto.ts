import { EXAMPLE_AT } from '../common/example-facts.js';
import { Sample } from '../common/result.dto.js';
import { component, list, map, ref, type Shape } from '../common/shape.js';

export const Results = component(
  'Results',
  { ...map(list(ref(Sample))), description: 'Results by monitor, oldest first.' },
  { 'shop-home': [{ at: EXAMPLE_AT, latencyMs: 12.4, status: 'ok' }] },
);
export type Results = Shape<typeof Results>;
