/**
 * Milliseconds since the epoch of a time that begins with a date such as 2026-12-24. Undefined if there is no such day: `Date` turns 30
 * February into a day in March.
 */
export function instantMs(text: string): number | undefined {
  const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0];
  const at = day === undefined ? Number.NaN : Date.parse(text);
  if (day === undefined || Number.isNaN(at)) return undefined;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) ? at : undefined;
}
