import type { UptimeFacts } from '@9volt/contracts';
import { boundsText } from '@9volt/contracts/uptime-text';
import type { ShownMonitor } from '../view/page-model.js';
import type { PublicStatus } from '../view/public-status.js';

const WIDTH = 10;
const HEIGHT = 24;
/** Of a day or a month: what was certainly down. */
const GOOD = 0.999_9;
const FAIR = 0.99;

/** One bar for each day. What nobody watched is neither up nor down. */
export function stripOf(days: NonNullable<ShownMonitor['days']>, whole: UptimeFacts): string {
  const bars = days.map(
    (day, n) =>
      `<rect class="${statusOfUptime(day)}" x="${n * WIDTH}" width="${WIDTH - 2}" height="${HEIGHT}"><title>${day.date}: ${uptimeInWords(day)}</title></rect>`,
  );
  return `<svg class="strip" viewBox="0 0 ${days.length * WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Uptime of ${days.length} days: ${uptimeInWords(whole)}">${bars.join('')}</svg>`;
}

export function statusOfUptime({ uptime, watched }: UptimeFacts): PublicStatus {
  if (!uptime || !watched) return 'unknown';
  if (uptime.max >= GOOD) return 'up';
  return uptime.max >= FAIR ? 'degraded' : 'down';
}

export function uptimeInWords({ uptime, watched }: UptimeFacts): string {
  return uptime && watched ? boundsText(uptime) : 'no data';
}
