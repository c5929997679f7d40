import { worse } from '../../evaluation/evaluate.js';
import type { Stage } from './stage.js';

export const flappingStage: Stage = {
  reason: 'flapping',
  rule: 'While the monitor flaps and the alerter was notified of that. 9volt still sends a status that is worse than the last one that it sent since.',
  example: 'The monitor flaps since 2026-11-28T10:00:00.000Z',
  hold({ status, flapping }) {
    if (flapping?.told === undefined || worse(flapping.told, status) !== flapping.told) return undefined;
    return { text: `The monitor flaps since ${flapping.since}` };
  },
};
