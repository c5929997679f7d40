import { worse } from '../../evaluation/evaluate.js';
import type { Stage } from './stage.js';

export const flappingStage: Stage = {
  reason: 'flapping',
  rule: 'While the monitor flaps, once the alerter was notified that it flaps. 9volt still sends an alarm that is worse than the last one.',
  example: 'The monitor flaps since 2026-11-28T10:00:00.000Z',
  hold({ status, flapping }) {
    if (flapping?.told === undefined || worse(flapping.told, status) !== flapping.told) return undefined;
    return { text: `The monitor flaps since ${flapping.since}` };
  },
};
