import type { Effect } from './write-assignments.js';

/** After everything that runs nowhere. */
const CAN_WAIT = 1e12;

/** The order of writes: the soonest due first, as far as intervals say; monitors that continue where they are come last. */
export function urgencyOf(effect: Effect): number {
  if (effect.act === 'drop') return 0;
  const { phase, subject } = effect.content;
  return phase === 'retire' ? CAN_WAIT + subject.intervalMs : subject.intervalMs;
}
