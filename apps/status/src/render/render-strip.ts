import type { UptimeFacts } from '@9volt/contracts';
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

/** `99.72 %`, or the bounds if they differ: `99.5 – 99.72 %`. */
export function uptimeInWords({ uptime, watched }: UptimeFacts): string {
  if (!uptime || !watched) return 'no data';
  const [min, max] = [percent(uptime.min), percent(uptime.max)];
  return min === max ? `${max} %` : `${min} – ${max} %`;
}

/** Rounded down: only what was never down is 100 %. */
function percent(share: number): string {
  return String(Math.floor(share * 10_000 + 1e-6) / 100);
}
