import type { Compare, HandbackStore, RequestStore, Stores } from '@9volt/etcd-dal';

export const REQUEST_AGE_MS = 600_000;
export const HANDBACK_AGE_MS = 3_600_000;

/** The age of a key: `isOld` as this process saw it, undefined if it cannot know; `now` is for the time from the writer's clock. */
interface Ages {
  now: number;
  isOld: (modRevision: number) => boolean | undefined;
}

/**
 * Handbacks about monitors that nobody owns any more. Some worker gets the task of resolving them; this is for those that none took
 * in time.
 */
export async function sweepHandbacks(
  handbacks: HandbackStore,
  fence: readonly Compare[],
  { now, isOld, isGone }: Ages & { isGone: (monitor: string) => boolean },
): Promise<number> {
  const gone = (await handbacks.ages())
    .filter(({ at, modRevision }) => isOld(modRevision) ?? !(at !== undefined && at > now - HANDBACK_AGE_MS))
    .filter(({ monitor }) => isGone(monitor))
    .map(({ key }) => key);
  return handbacks.remove(gone, fence);
}

/** Records of removed monitors: calls to them, suspicions against them. */
export async function sweepRecords(
  { push, suspect }: Pick<Stores, 'push' | 'suspect'>,
  fence: readonly Compare[],
  isGone: (monitor: string) => boolean,
): Promise<number> {
  let count = 0;
  for (const store of [push, suspect]) count += await store.remove((await store.monitors()).filter(isGone), fence);
  return count;
}

/** Requests have short leases; one without would stay for ever. */
export async function sweepRequests(
  requests: RequestStore,
  fence: readonly Compare[],
  { now, isOld }: Ages,
): Promise<number> {
  let count = 0;
  for (const request of await requests.ages()) {
    const { createdAt, modRevision } = request;
    const isSaidOld = !(createdAt !== undefined && createdAt > now - REQUEST_AGE_MS);
    if (isOld(modRevision) ?? isSaidOld) count += await requests.remove(request, fence);
  }
  return count;
}
