import { timeOfId } from '@9volt/contracts';
import type { Compare, EventStore } from '@9volt/etcd-dal';

export const EVENT_AGE_MS = 86_400_000;
const MAX_EVENTS = 200_000;

/** Whether an event was written more than {@link EVENT_AGE_MS} ago as this process saw it; undefined if it cannot know. */
export type KnownAge = (modRevision: number) => boolean | undefined;

/**
 * Deletes events that are too old. They sort by the age from their writers' clocks, so it stops reading where all are young; an
 * event from a clock that is behind stays as long as any other.
 */
export async function sweepOldEvents(
  events: EventStore,
  fence: readonly Compare[],
  { now, isOld }: { now: number; isOld: KnownAge },
): Promise<number> {
  const old: string[] = [];
  for await (const page of events.ages()) {
    const expired = page.filter(({ id }) => isSaidOld(id, now));
    for (const { id, modRevision } of expired) if (isOld(modRevision) !== false) old.push(id);
    if (expired.length === 0) break;
  }
  return events.remove(old, fence);
}

/**
 * Deletes the oldest events beyond the maximum number, and those from clocks that are ahead, which sort last however old they are.
 */
export async function sweepSurplusEvents(
  events: EventStore,
  fence: readonly Compare[],
  { isOld, most = MAX_EVENTS }: { isOld: KnownAge; most?: number },
): Promise<number> {
  const all: { id: string; modRevision: number }[] = [];
  for await (const page of events.ages()) for (const one of page) all.push(one);
  const old = all.filter(({ modRevision }, index) => index < all.length - most || isOld(modRevision) === true);
  return events.remove(
    old.map(({ id }) => id),
    fence,
  );
}

function isSaidOld(id: string, now: number): boolean {
  const at = timeOfId(id);
  return at !== undefined && at < now - EVENT_AGE_MS;
}
