import type { Handback, WorkerRequest } from '@9volt/contracts';
import { type Compare, decode, type EtcdClient, type Keyspace, unchanged } from '@9volt/etcd-dal';
import { deleteKeys } from './delete-keys.js';

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
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  { now, isOld, isGone }: Ages & { isGone: (monitor: string) => boolean },
): Promise<number> {
  const { entries } = await client.list(keys.handbacks);
  const gone = entries
    .filter(
      ({ value, modRevision }) =>
        isOld(modRevision) ?? !(Date.parse(decode<Partial<Handback>>(value)?.at ?? '') > now - HANDBACK_AGE_MS),
    )
    .map(({ key }) => key)
    .filter((key) => isGone(keys.parseHandback(key)?.monitor ?? ''));
  return deleteKeys(client, gone, fence);
}

/** What is kept under the names of monitors that are gone: calls to them, suspicions of them. */
export async function sweepRecords(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  isGone: (monitor: string) => boolean,
): Promise<number> {
  let count = 0;
  for (const prefix of [keys.pushes, keys.poison]) {
    const { entries } = await client.list(prefix, { keysOnly: true });
    const gone = entries.map(({ key }) => key).filter((key) => isGone(keys.under(prefix, key) ?? ''));
    count += await deleteKeys(client, gone, fence);
  }
  return count;
}

/** Requests hang on short leases; one that does not would stay for ever. */
export async function sweepRequests(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  { now, isOld }: Ages,
): Promise<number> {
  const { entries } = await client.list(keys.requests);
  let count = 0;
  for (const { key, value, modRevision } of entries) {
    const createdAt = decode<Partial<WorkerRequest>>(value)?.createdAt;
    const isSaidOld = !(createdAt !== undefined && Date.parse(createdAt) > now - REQUEST_AGE_MS);
    if (!(isOld(modRevision) ?? isSaidOld)) continue;
    count += await deleteKeys(client, [key], [...fence, unchanged(key, modRevision)]);
  }
  return count;
}

/** Ids of the workers that left vitals. */
export async function workersWithVitals(client: EtcdClient, keys: Keyspace): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { entries } of client.pages(keys.vitals, { keysOnly: true })) {
    for (const { key } of entries) ids.add(keys.under(keys.vitals, key)?.split('/')[0] ?? '');
  }
  ids.delete('');
  return ids;
}

/** The vitals of a worker that is no member; should it return meanwhile, with the same id, nothing is deleted. */
export async function sweepVitals(
  client: EtcdClient,
  keys: Keyspace,
  fence: readonly Compare[],
  workerId: string,
): Promise<number> {
  const { entries } = await client.list(keys.vitalsOf(workerId), { keysOnly: true });
  const isGone: Compare = { key: keys.member(workerId), target: 'create', value: 0 };
  return deleteKeys(
    client,
    entries.map(({ key }) => key),
    [...fence, isGone],
  );
}
