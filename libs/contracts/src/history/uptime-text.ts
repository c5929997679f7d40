import type { UptimeFacts } from './uptime.js';

/** `99.72 – 100 %, 99.7 % watched`. Rounded down, so that nothing looks better than it was. */
export function uptimeText({ uptime, watched }: UptimeFacts): string {
  if (uptime === null || watched === null) return 'nothing to watch';
  if (watched === 0) return 'not watched';
  const bounds = boundsText(uptime);
  return watched < 0.9995 ? `${bounds}, ${percent(watched)} % watched` : bounds;
}

/** `99.72 %`, or the bounds if they differ: `99.5 – 99.72 %`. */
export function boundsText(bounds: NonNullable<UptimeFacts['uptime']>): string {
  const [min, max] = [percent(bounds.min), percent(bounds.max)];
  return min === max ? `${min} %` : `${min} – ${max} %`;
}

/** For a narrow column: `99.72 %`, `≥ 99.5 %` if it may have been more, `–` if nobody watched. */
export function lowerBoundText({ uptime, watched }: UptimeFacts): string {
  if (uptime === null || watched === 0) return '–';
  const [min, max] = [percent(uptime.min), percent(uptime.max)];
  return `${min === max ? '' : '≥ '}${min} %`;
}

/** Two decimals, without zeros at the end. Only what was never down is 100 %. */
function percent(share: number): string {
  // A product such as 0.9972 * 10,000 may be a little too small: a millionth keeps it from being rounded to the next lower value.
  return String(Math.floor(share * 10_000 + 1e-6) / 100);
}
