import { guarded, unawaited } from '@9volt/contracts';
import { type Batch, batches, type ClusterNode, type Committed, type Compare, type FencedWrite } from '@9volt/etcd-dal';

interface Waiting extends FencedWrite {
  resolve: (outcome: Committed) => void;
  reject: (error: unknown) => void;
}

const WINDOW_MS = 12;
const MAX_WRITES = 25;
const MAX_IN_FLIGHT = 2;

/**
 * Collects writes of many monitors into few transactions, each fenced by our own membership. A refused write does not delay the
 * others of its transaction: each of them is then sent by itself.
 */
export class FencedBatch {
  private waiting: Waiting[] = [];
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly node: Pick<ClusterNode, 'stores' | 'session'>) {}

  /** Resolves when the write was accepted or refused; rejects with `EtcdError` when etcd cannot be asked. */
  write(write: FencedWrite): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...write, resolve, reject });
      if (this.waiting.length >= MAX_WRITES) this.send();
      else {
        this.timer ??= setTimeout(
          guarded('writes that travel together', () => this.send()),
          WINDOW_MS,
        );
      }
    });
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.inFlight < MAX_IN_FLIGHT) {
      const batch = this.next();
      if (!batch) return;
      this.waiting = this.waiting.slice(batch.items.length);
      this.inFlight++;
      const ended = this.commitAll(batch).finally(() => {
        this.inFlight--;
        this.send();
      });
      unawaited('writes that travel together', ended);
    }
  }

  /** A transaction that cannot be put together must not block later writes. */
  private next(): Batch<Waiting> | undefined {
    try {
      return firstBatch(this.waiting, this.node.session.fence);
    } catch (error) {
      for (const write of this.waiting.splice(0)) write.reject(error);
      return undefined;
    }
  }

  private async commitAll({ items, compare, then }: Batch<Waiting>): Promise<void> {
    try {
      const outcome = await this.node.stores.commit({ compare, then });
      if (outcome.outcome === 'accepted' || items.length === 1) {
        for (const write of items) write.resolve(outcome);
        return;
      }
      for (const write of items) {
        const alone = firstBatch([write], this.node.session.fence);
        if (alone) await this.commitAll(alone);
      }
    } catch (error) {
      for (const write of items) write.reject(error);
    }
  }
}

/** As many of the first as fit into one transaction; at least one. */
export function firstBatch<T extends FencedWrite>(waiting: readonly T[], fence: Compare): Batch<T> | undefined {
  return batches(waiting, (write) => write, { fence: [fence], items: MAX_WRITES }).next().value ?? undefined;
}
