import { timeOfId } from '@9volt/contracts';
import type { Compare, Entry, EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { deleteKeys } from './delete-keys.js';

export const EVENT_AGE_MS = 86_400_000;
const MAX_EVENTS = 200_000;

/** Whether an event was written more than {@link EVENT_AGE_MS} ago as this process saw it; undefined when it cannot know. */
export type KnownAge = (modRevision: number) => boolean | undefined;

/**
 * Deletes the events that are too old. They sort by the age that their writers gave them, so that reading ends where all are young; an event
 * of a clock that is behind is kept for as long as any other.
 */
export async function sweepOldEvents(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  { now, isOld }: { now: number; isOld: KnownAge },
): Promise<number> {
  const old: string[] = [];
  for await (const { entries } of client.pages(keys.events, { keysOnly: true })) {
    const expired = entries.filter(({ key }) => isSaidOld(key.slice(keys.events.length), now));
    for (const { key, modRevision } of expired) if (isOld(modRevision) !== false) old.push(key);
    if (expired.length === 0) break;
  }
  return deleteKeys(client, old, fence);
}

/** Deletes the oldest events beyond the most that are kept, and those of clocks that are ahead, which sort last however old they are. */
export async function sweepSurplusEvents(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  { isOld, most = MAX_EVENTS }: { isOld: KnownAge; most?: number },
): Promise<number> {
  const all: Pick<Entry, 'key' | 'modRevision'>[] = [];
  for await (const { entries } of client.pages(keys.events, { keysOnly: true })) {
    for (const { key, modRevision } of entries) all.push({ key, modRevision });
  }
  const old = all.filter(({ modRevision }, index) => index < all.length - most || isOld(modRevision) === true);
  return deleteKeys(
    client,
    old.map(({ key }) => key),
    fence,
  );
}

function isSaidOld(id: string, now: number): boolean {
  const at = timeOfId(id);
  return at !== undefined && at < now - EVENT_AGE_MS;
}
