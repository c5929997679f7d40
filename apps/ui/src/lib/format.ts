/** The same width all day. */
const hourCycle = 'h23';
const LOCAL = dateFormat({ dateStyle: 'medium', timeStyle: 'medium', hourCycle });
const TIME = dateFormat({ timeStyle: 'medium', hourCycle });
const DAY = dateFormat({
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle,
});
const DAY_MS = 86_400_000;

const UNITS: readonly [string, number][] = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** In the language of the reader's browser. */
function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(undefined, options);
  } catch {
    return new Intl.DateTimeFormat('en-GB', options);
  }
}

/** `3d 4h`, `12m 5s`, `0s`: the two largest units, rounded down. */
export function spanInWords(ms: number): string {
  const rest = Math.max(0, Math.floor(ms / 1_000) * 1_000);
  const first = UNITS.findIndex(([, unit]) => rest >= unit);
  if (first < 0) return '0s';
  const [name, unit] = UNITS[first] as [string, number];
  const next = UNITS[first + 1];
  const more = next ? Math.floor((rest % unit) / next[1]) : 0;
  return `${Math.floor(rest / unit)}${name}${next && more > 0 ? ` ${more}${next[0]}` : ''}`;
}

/** How long ago, or in how long. */
export function relative(at: number, now: number): string {
  if (Math.abs(at - now) < 1_000) return 'now';
  return at <= now ? `${spanInWords(now - at)} ago` : `in ${spanInWords(at - now + 999)}`;
}

/** The time of day for today, else with the date. */
export function localShort(at: number, now = Date.now()): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return (isToday ? TIME : DAY).format(at);
}

/** In the reader's time zone, and the same time in a form that is clear in every zone. */
export function absolute(at: number): string {
  return `${LOCAL.format(at)} (${new Date(at).toISOString()})`;
}

export function latency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  return ms < 999.5 ? `${significant(ms)} ms` : `${significant(ms / 1_000)} s`;
}

/** Three significant digits; of a whole number all its digits. */
export function significant(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 999.5) return COUNT.format(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

const COUNT = new Intl.NumberFormat('en');
export const count = (number: number): string => COUNT.format(number);

/** `1 monitor`, `2 monitors`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
