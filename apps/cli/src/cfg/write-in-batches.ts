import { commit, type EtcdClient, MAX_TXN_BYTES } from '@9volt/etcd-dal';

const BATCH = 100;

export interface KeyChange {
  key: string;
  /** Absent for a removal. */
  value?: Buffer;
  /** Revision that the write compares; 0 for what is absent. */
  modRevision: number;
}

/** Somebody else changed what was read; nothing of this batch was written. */
export class ChangedMeanwhileError extends Error {
  constructor(readonly written: number) {
    super(
      `somebody else changed the stored configuration at the same time; wrote ${written} of the changes. Run the command again to write the rest`,
    );
    this.name = 'ChangedMeanwhileError';
  }
}

/**
 * Writes one group of changes after the other, in batches that compare the revisions that were read. Throws
 * {@link ChangedMeanwhileError} at the first batch that no longer fits.
 */
export async function writeInBatches(
  client: EtcdClient,
  groups: readonly (readonly KeyChange[])[],
  onProgress: (written: number) => void = () => undefined,
): Promise<void> {
  let written = 0;
  for (const batch of groups.flatMap((group) => [...inBatches(group)])) {
    const committed = await commit(client, {
      compare: batch.map(({ key, modRevision }) => ({ key, target: 'mod', value: modRevision })),
      then: batch.map(({ key, value }) => (value === undefined ? { delete: key } : { put: key, value })),
    });
    if (committed.outcome === 'refused') throw new ChangedMeanwhileError(written);
    written += batch.length;
    onProgress(written);
  }
}

/** Parts that each fit into one transaction. */
function* inBatches(changes: readonly KeyChange[]): Generator<KeyChange[]> {
  let batch: KeyChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = 2 * change.key.length + 200 + 2 * (change.value?.length ?? 0);
    if (batch.length > 0 && (batch.length === BATCH || bytes + size > MAX_TXN_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(change);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
