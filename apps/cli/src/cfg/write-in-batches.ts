import type { FencedWrite, OperatorStore } from '@9volt/etcd-dal';

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
  store: OperatorStore,
  groups: readonly (readonly FencedWrite[])[],
  onProgress: (written: number) => void = () => undefined,
): Promise<void> {
  let written = 0;
  for (const group of groups) {
    for await (const { writes, committed } of store.commitAll(group)) {
      if (committed.outcome === 'refused') throw new ChangedMeanwhileError(written);
      written += writes.length;
      onProgress(written);
    }
  }
}
