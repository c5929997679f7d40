import { timeOfId } from '@9volt/contracts';
import type { Compare, EtcdClient, Keyspace } from '@9volt/etcd-dal';
import { deleteKeys } from './delete-keys.js';

export const EVENT_AGE_MS = 86_400_000;
const MAX_EVENTS = 200_000;

/** Deletes the events that are too old. They sort by age, so that reading ends at the first that is young enough. */
export async function sweepOldEvents(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  now: number,
): Promise<number> {
  const old: string[] = [];
  for await (const { entries } of client.pages(keys.events, { keysOnly: true })) {
    const expired = entries.filter(({ key }) => isOld(key.slice(keys.events.length), now));
    for (const { key } of expired) old.push(key);
    if (expired.length === 0) break;
  }
  return deleteKeys(client, old, fence);
}

/** Deletes the oldest events beyond the most that are kept. */
export async function sweepSurplusEvents(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  most = MAX_EVENTS,
): Promise<number> {
  const all: string[] = [];
  for await (const { entries } of client.pages(keys.events, { keysOnly: true })) {
    for (const { key } of entries) all.push(key);
  }
  return deleteKeys(client, all.slice(0, Math.max(0, all.length - most)), fence);
}

function isOld(id: string, now: number): boolean {
  const at = timeOfId(id);
  return at !== undefined && at < now - EVENT_AGE_MS;
}
