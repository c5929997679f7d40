import { isAboutStatus, type Silence, silenceIsActive } from '@9volt/contracts';
import type { Stage } from './stage.js';

export const silenceStage: Stage = {
  reason: 'silence',
  rule: 'While a silence that matches the monitor and its status is active.',
  example: 'The silence 0mbd3k9x of ann is active: moving the shop',
  hold({ status }, { silences }, now) {
    // Of several, the one that lasts longest: then the reason changes least.
    let last: { name: string; value: Silence; end: number } | undefined;
    for (const { name, value } of silences) {
      if (!silenceIsActive(value, now) || !isAboutStatus(value.match, status)) continue;
      const end = Date.parse(value.end);
      if (!last || end > last.end || (end === last.end && name < last.name)) last = { name, value, end };
    }
    if (!last) return undefined;
    const { author, comment } = last.value;
    const of = author === undefined ? '' : ` of ${author}`;
    return { by: last.name, until: last.end, text: `The silence ${last.name}${of} is active: ${comment}` };
  },
};
