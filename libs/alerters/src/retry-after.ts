/** A provider's mistake must not silence an alerter for a day. */
const MAX_MS = 3_600_000;

/**
 * Milliseconds of a `Retry-After` header (RFC 9110 §10.2.3: seconds, or a date). A date is compared with the server's own `Date`,
 * so a difference between the clocks does not matter.
 */
export function retryAfterMs(retryAfter: unknown, serverDate: unknown, nowMs: number): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  const text = retryAfter.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return waitMs(Number(text));
  const until = httpDate(text);
  if (until === undefined) return undefined;
  return Math.min(Math.max(until - (httpDate(serverDate) ?? nowMs), 0), MAX_MS);
}

/** Milliseconds of a wait in seconds, which providers also put into their JSON. */
export function waitMs(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? Math.min(Math.ceil(seconds * 1_000), MAX_MS) : undefined;
}

function httpDate(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^[A-Z][a-z]{2}, .* GMT$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
