import { ownOf } from './by-name.js';
/**
 * Durations as operators write them: Go duration strings (`1ms`, `10s`, `1h30m`; Go's `time.ParseDuration`), extended by `d` (24
 * hours) and `y` (365 days), or integer nanoseconds as the original API stored them. In code a duration is a number of
 * milliseconds, which may have a fraction.
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek letter mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_536_000_000,
};

const TERM = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|y)/gy;

export class DurationError extends Error {
  constructor(readonly value: unknown) {
    super(`${JSON.stringify(value)} is not a duration such as "500ms", "10s" or "1h30m"`);
    this.name = 'DurationError';
  }
}

/** Milliseconds of a Go duration string or of integer nanoseconds. Throws {@link DurationError}. */
export function parseDuration(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value / 1e6;
  if (typeof value !== 'string') throw new DurationError(value);
  if (value === '0') return 0;
  const negative = value.startsWith('-');
  const text = negative || value.startsWith('+') ? value.slice(1) : value;
  let total = 0;
  let end = 0;
  TERM.lastIndex = 0;
  for (let term = TERM.exec(text); term; term = TERM.exec(text)) {
    total += Number(term[1]) * (ownOf(UNIT_MS, term[2] as string) as number);
    end = TERM.lastIndex;
  }
  if (text === '' || end !== text.length) throw new DurationError(value);
  return negative ? -total : total;
}

const PRINTED: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
];

/** The shortest Go duration string of a number of milliseconds: `90000` is `1m30s`, `0.5` is `500us`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1e-3) return `${trimmed(ms * 1e6)}ns`;
  if (ms < 1) return `${trimmed(ms * 1e3)}us`;
  if (ms < 1_000) return `${trimmed(ms)}ms`;
  let rest = ms;
  let text = '';
  for (const [unit, size] of PRINTED) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return rest > 0 ? `${text}${trimmed(rest / 1_000)}s` : text;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(6)));
}
