import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient, Informer } from '@9volt/etcd-dal';

const RECHECK_MS = 20;

/**
 * Resolves true once a cache has everything that etcd has under its prefix at the time of the call. A quiet prefix reports no
 * revisions to its watchers, so it compares keys and revisions.
 */
export async function caughtUp<T>(
  client: EtcdClient,
  prefix: string,
  informer: Informer<T>,
  timeoutMs: number,
): Promise<boolean> {
  const until = performance.now() + timeoutMs;
  const { entries, revision } = await client.list(prefix, { keysOnly: true });
  const has = (): boolean => {
    if (informer.revision >= revision) return true;
    const listed = new Map(entries.map((entry) => [entry.key, entry.modRevision]));
    for (const [key, modRevision] of listed) if ((informer.get(key)?.modRevision ?? 0) < modRevision) return false;
    for (const [key, item] of informer.items) if (item.modRevision <= revision && !listed.has(key)) return false;
    return true;
  };
  while (!has()) {
    if (performance.now() > until) return false;
    await sleep(RECHECK_MS);
  }
  return true;
}
