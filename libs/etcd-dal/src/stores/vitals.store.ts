import type { VitalsEntry } from '@9volt/contracts';
import { batches } from '../batch.js';
import type { Compare, EtcdClient, FencedWrite } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { deleteKeys } from './delete-keys.js';
import type { MemberStore } from './member.store.js';
import { encodeVitals, encodeVitalsIndex, type VitalsIndex } from './vitals.codec.js';

/** The results of one chunk of a worker's monitors since its last dump. */
export interface ChunkWrite {
  chunk: number;
  dump: number;
  index: VitalsIndex;
  /** Whether etcd does not contain this index yet. */
  withIndex: boolean;
  entries: readonly VitalsEntry[];
  /** Milliseconds since the epoch. */
  at: number;
}

/** Small, so that a dump does not delay other writes. */
const LIMITS = { items: 32, bytes: 524_288 };

/** `vitals/<worker id>/<chunk>/…`. The worker writes them without a comparison: nobody else writes there. */
export class VitalsStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private readonly members: MemberStore,
  ) {}

  /**
   * Writes a dump. Calls `onLost` with the results that etcd did not accept and all that would have followed; then throws etcd's
   * error.
   */
  async dump(workerId: string, writes: readonly ChunkWrite[], onLost: (write: ChunkWrite) => void): Promise<void> {
    let written = 0;
    try {
      for (const batch of batches(writes, (write) => this.shareOf(workerId, write), LIMITS)) {
        await this.client.txn({ compare: [], then: batch.then });
        written += batch.items.length;
      }
    } catch (error) {
      for (const write of writes.slice(written)) onLost(write);
      throw error;
    }
  }

  /** Ids of the workers that left vitals. */
  async workers(): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const { entries } of this.client.pages(this.keys.vitals, { keysOnly: true })) {
      for (const { key } of entries) ids.add(this.keys.under(this.keys.vitals, key)?.split('/')[0] ?? '');
    }
    ids.delete('');
    return ids;
  }

  /** Deletes the vitals of a worker that takes part no longer. Answers how many keys were, before the fence no longer held. */
  async removeOf(workerId: string, fence: readonly Compare[]): Promise<number> {
    const { entries } = await this.client.list(this.keys.vitalsOf(workerId), { keysOnly: true });
    return deleteKeys(
      this.client,
      entries.map(({ key }) => key),
      [...fence, this.members.takesPart(workerId, false)],
    );
  }

  private shareOf(workerId: string, { chunk, dump, index, withIndex, entries, at }: ChunkWrite): FencedWrite {
    const names = { put: this.keys.vitalsIndex(workerId, chunk), value: encodeVitalsIndex(index) };
    const results = { put: this.keys.vitalsDump(workerId, chunk, dump), value: encodeVitals(entries, index, at) };
    return { compare: [], then: withIndex ? [names, results] : [results] };
  }
}
