import type { Compare, HandbackStore, RequestStore, Stores } from '@9volt/etcd-dal';

export const REQUEST_AGE_MS = 600_000;
export const HANDBACK_AGE_MS = 3_600_000;

/** What is known of the age of a key: `isOld` as this process saw it, undefined when it cannot know; `now` is for what the writer's clock said. */
interface Ages {
  now: number;
  isOld: (modRevision: number) => boolean | undefined;
}

/**
 * What workers told while detached, about monitors that nobody has any more. Some worker is given the task of resolving it; this is for what
 * none took up in time.
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

/** What is kept under the names of monitors that are gone: calls to them, suspicions of them. */
export async function sweepRecords(
  { push, suspect }: Pick<Stores, 'push' | 'suspect'>,
  fence: readonly Compare[],
  isGone: (monitor: string) => boolean,
): Promise<number> {
  let count = 0;
  for (const store of [push, suspect]) count += await store.remove((await store.monitors()).filter(isGone), fence);
  return count;
}

/** Requests hang on short leases; one that does not would stay for ever. */
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
