import type { Age } from '../render/render-html.js';

const MINUTE_MS = 60_000;
/** A connection may break for a moment, and nobody needs to read about that. */
const UNMENTIONED_MS = 15_000;

/** What a page says about its age. It changes by the minute, so that pages are not made again each second. */
export function ageOf(ageMs: number, now: number): Age | undefined {
  if (ageMs < UNMENTIONED_MS) return undefined;
  const since = Math.round((now - ageMs) / MINUTE_MS) * MINUTE_MS;
  return { since: new Date(since).toISOString(), minutes: Math.floor(ageMs / MINUTE_MS) };
}
