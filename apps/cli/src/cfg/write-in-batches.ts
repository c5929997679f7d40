import { batches, commit, type EtcdClient, type FencedWrite, unchanged } from '@9volt/etcd-dal';

const BATCH = 100;

export interface KeyChange {
  key: string;
  /** Absent for a removal. */
  value?: Buffer;
  /** Revision that the write compares; 0 for what is absent. */
  modRevision: number;
}

/** Somebody else changed what was read; nothing of this batch was written. */
class ChangedMeanwhileError extends Error {
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
  const shareOf = ({ key, value, modRevision }: KeyChange): FencedWrite => ({
    compare: [unchanged(key, modRevision)],
    then: [value === undefined ? { delete: key } : { put: key, value }],
  });
  for (const batch of groups.flatMap((group) => [...batches(group, shareOf, { items: BATCH })])) {
    const committed = await commit(client, { compare: batch.compare, then: batch.then });
    if (committed.outcome === 'refused') throw new ChangedMeanwhileError(written);
    written += batch.items.length;
    onProgress(written);
  }
}
