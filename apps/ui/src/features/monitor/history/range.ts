const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Times that end now, by their name in the URL. */
export const PRESETS = {
  '10m': 10 * MINUTE_MS,
  '1h': HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
  '365d': 365 * DAY_MS,
} as const;
export type Preset = keyof typeof PRESETS;
const PRESET_NAMES = Object.keys(PRESETS) as Preset[];

/** etcd keeps days for so long. */
const STANDARD_MS = 100 * DAY_MS;

/** Those within the time that days are kept, here or in an archive. */
export function presetsWithin(archivedMs = 0): Preset[] {
  return PRESET_NAMES.filter((name) => PRESETS[name] <= Math.max(STANDARD_MS, archivedMs));
}

/** A time that ends now, or one with fixed ends in milliseconds since the epoch. */
export type Range = { preset: Preset } | { from: number; to: number };

/** Shorter than that a chart shows nothing. */
const LEAST_MS = MINUTE_MS;

/** From `?range=24h` or `?from=…&to=…` (ISO 8601); undefined if the URL names no valid range. */
export function rangeFromUrl(params: URLSearchParams): Range | undefined {
  const preset = params.get('range');
  if (preset !== null && Object.hasOwn(PRESETS, preset)) return { preset: preset as Preset };
  return fixedRange(Date.parse(params.get('from') ?? ''), Date.parse(params.get('to') ?? ''));
}

export function rangeToUrl(range: Range | undefined): Record<'range' | 'from' | 'to', string | undefined> {
  const none = { range: undefined, from: undefined, to: undefined };
  if (range === undefined) return none;
  if ('preset' in range) return { ...none, range: range.preset };
  return { ...none, from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
}

/** Undefined unless `from` is before `to`. A shorter time than a minute is widened to one. */
export function fixedRange(from: number, to: number): Range | undefined {
  if (!(from < to)) return undefined;
  const missing = Math.max(0, LEAST_MS - (to - from));
  return { from: Math.round(from - missing / 2), to: Math.round(to + missing / 2) };
}

export function endsOf(range: Range, now: number): { from: number; to: number } {
  return 'preset' in range ? { from: now - PRESETS[range.preset], to: now } : range;
}

/** Twice as long around the same middle, but not into the future. */
export function widened(range: Range, now: number): Range {
  const { from, to } = endsOf(range, now);
  const half = (to - from) / 2;
  const end = Math.min(now, to + half);
  return { from: Math.round(end - 4 * half), to: Math.round(end) };
}

/** The shortest preset that has some 20 checks. */
export function presetFor(intervalMs: number): Preset {
  return presetsWithin().find((name) => PRESETS[name] >= 20 * intervalMs) ?? '90d';
}
