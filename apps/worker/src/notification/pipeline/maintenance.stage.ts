import { isAboutStatus } from '@9volt/contracts';
import type { Stage } from './stage.js';

export const maintenanceStage: Stage = {
  reason: 'maintenance',
  rule: 'While a maintenance window that matches the monitor is open, and while the monitor is paused.',
  example: 'The maintenance window "nightly" is open: update of the shop',
  hold({ status }, { maintenances, pause }, now) {
    const paused = pause === undefined ? undefined : Date.parse(pause.until);
    if (pause && paused !== undefined && now < paused) {
      const by = pause.author === undefined ? '' : ` by ${pause.author}`;
      return { until: paused, text: withComment(`The monitor is paused${by}`, pause.comment) };
    }
    // Of several, the one that lasts longest: then the reason changes least.
    let last: { name: string; comment: string | undefined; end: number } | undefined;
    for (const { name, value } of maintenances) {
      const end = isAboutStatus(value.settings.match, status) ? value.at(now)?.end : undefined;
      if (end === undefined) continue;
      if (!last || end > last.end || (end === last.end && name < last.name)) {
        last = { name, comment: value.settings.comment, end };
      }
    }
    if (!last) return undefined;
    return {
      by: last.name,
      until: last.end,
      text: withComment(`The maintenance window "${last.name}" is open`, last.comment),
    };
  },
};

function withComment(sentence: string, comment: string | undefined): string {
  return comment === undefined || comment === '' ? sentence : `${sentence}: ${comment}`;
}
