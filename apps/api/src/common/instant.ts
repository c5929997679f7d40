import { instantMs } from '@9volt/contracts';

export const INSTANT_EXPECTED = 'a time such as "2026-12-24T18:00:00Z"';

/** The plus of an offset becomes a space if a client writes it into an address as it is. */
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:[Zz]|([+ -]\d\d):?(\d\d))?$/;

/** The time of a query parameter, in milliseconds since the epoch; NaN for what is none. Without an offset it is in UTC. */
export function instantIn(text: unknown): number {
  const parts = typeof text === 'string' ? INSTANT.exec(text) : null;
  if (!parts) return Number.NaN;
  const [, day, time, hours, minutes] = parts;
  const offset = hours === undefined ? 'Z' : `${hours.replace(' ', '+')}:${minutes}`;
  return instantMs(`${day}T${time}${offset}`) ?? Number.NaN;
}
