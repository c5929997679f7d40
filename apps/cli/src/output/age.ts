import { ownOf } from '@9volt/contracts/by-name';
import { instantMs } from '@9volt/contracts/instant';
/** The two greatest units of a duration: `2h5m`. */
export function roughly(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000);
  const units: [string, number][] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3_600) % 24],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, of]) => of > 0);
  if (first === -1) return '0s';
  return units
    .slice(first, first + 2)
    .filter(([, of], n) => n === 0 || of > 0)
    .map(([unit, of]) => `${of}${unit}`)
    .join('');
}

/** How long ago a time was; undefined if it is invalid. */
export function ageOf(at: unknown, now = Date.now()): string | undefined {
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : roughly(now - ms);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration that a person wrote, such as `90m` or `1h30m`; undefined if it is invalid. */
export function durationMsOf(text: string): number | undefined {
  if (!/^(\d{1,9}[smhd])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (ms, [, n, unit = '']) => ms + Number(n) * (ownOf(UNIT_MS, unit) ?? 0),
    0,
  );
}

/** A time that a person wrote: a duration ago, or a date. Undefined if it is neither. */
export function instantOf(text: string, now = Date.now()): number | undefined {
  const ago = durationMsOf(text);
  if (ago !== undefined) return now - ago;
  return instantMs(text);
}
