import type { UptimeFacts } from './uptime.js';

/** `99.72 – 100 %, 99.7 % watched`. Rounded down, so that nothing looks better than it was. */
export function uptimeText({ uptime, watched }: UptimeFacts): string {
  if (uptime === null || watched === null) return 'nothing to watch';
  if (watched === 0) return 'not watched';
  const [min, max] = [percent(uptime.min), percent(uptime.max)];
  const bounds = min === max ? `${min} %` : `${min} – ${max} %`;
  return watched < 0.9995 ? `${bounds}, ${percent(watched)} % watched` : bounds;
}

/** Two decimals, without zeros at the end. */
function percent(share: number): string {
  // 0.9972 * 100 is 99.72000000000001 or a little less: a ten-thousandth is added so that this is not rounded away.
  return String(Math.floor(share * 10_000 + 0.000_1) / 100);
}
