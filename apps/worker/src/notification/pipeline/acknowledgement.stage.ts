import { acknowledges } from '@9volt/contracts';
import { worse } from '../../evaluation/evaluate.js';
import type { Stage } from './stage.js';

export const acknowledgementStage: Stage = {
  reason: 'acknowledgement',
  rule: 'After somebody acknowledged the incident: until the monitor recovers, its status gets worse, or the acknowledgement expires. This holds repeats and escalations, too.',
  example: 'ann acknowledged the incident when it was critical: disk ordered',
  hold({ status }, { acknowledgement: ack, state }, now) {
    if (!ack || !acknowledges(ack, state.incident?.id, now)) return undefined;
    if (worse(ack.status, status) !== ack.status) return undefined;
    const said = ack.comment === undefined ? '' : `: ${ack.comment}`;
    return {
      by: ack.author,
      until: ack.until === undefined ? undefined : Date.parse(ack.until),
      text: `${ack.author ?? 'Somebody'} acknowledged the incident when it was ${ack.status}${said}`,
    };
  },
};
