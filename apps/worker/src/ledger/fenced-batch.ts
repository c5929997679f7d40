import {
  type ClusterNode,
  commit,
  type Committed,
  type Compare,
  type FencedWrite,
  MAX_TXN_OPS,
  MAX_TXN_BYTES,
  type Op,
} from '@9volt/etcd-dal';

interface Waiting extends FencedWrite {
  bytes: number;
  resolve: (outcome: Committed) => void;
  reject: (error: unknown) => void;
}

const WINDOW_MS = 12;
const MOST_WRITES = 25;
const MOST_IN_FLIGHT = 2;

/**
 * Gathers writes of many monitors into few transactions, each fenced by our own membership. One refused write does not hold up
 * those it travelled with: each is then sent by itself.
 */
export class FencedBatch {
  private waiting: Waiting[] = [];
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly node: Pick<ClusterNode, 'client' | 'session'>) {}

  /** Resolves when the write was accepted or refused; rejects with `EtcdError` when etcd cannot be asked. */
  write(write: FencedWrite): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...write, bytes: bytesOf(write.then), resolve, reject });
      if (this.waiting.length >= MOST_WRITES) this.send();
      else this.timer ??= setTimeout(() => this.send(), WINDOW_MS);
    });
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.waiting.length > 0 && this.inFlight < MOST_IN_FLIGHT) {
      const batch = firstBatch(this.waiting);
      this.waiting = this.waiting.slice(batch.length);
      this.inFlight++;
      void this.commitAll(batch).finally(() => {
        this.inFlight--;
        this.send();
      });
    }
  }

  private async commitAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcome = await this.commitTogether(batch);
      if (outcome.outcome === 'accepted' || batch.length === 1) {
        for (const write of batch) write.resolve(outcome);
        return;
      }
    } catch (error) {
      for (const write of batch) write.reject(error);
      return;
    }
    for (const write of batch) await this.commitAll([write]);
  }

  private commitTogether(batch: readonly Waiting[]): Promise<Committed> {
    const { client, session } = this.node;
    return commit(client, {
      compare: unique([session.fence, ...batch.flatMap((write) => write.compare)]),
      then: batch.flatMap((write) => write.then),
    });
  }
}

/** As many of the first as fit into one transaction; at least one. */
export function firstBatch<T extends FencedWrite & { bytes: number }>(waiting: readonly T[]): T[] {
  const batch: T[] = [];
  let [compares, ops, bytes] = [1, 0, 0];
  for (const write of waiting) {
    compares += write.compare.length;
    ops += write.then.length;
    bytes += write.bytes;
    const fits = compares <= MAX_TXN_OPS && ops <= MAX_TXN_OPS && bytes <= MAX_TXN_BYTES;
    if (batch.length > 0 && (!fits || batch.length === MOST_WRITES)) break;
    batch.push(write);
  }
  return batch;
}

function unique(compares: readonly Compare[]): Compare[] {
  return [
    ...new Map(compares.map((each) => [`${each.target}${each.is ?? '='}${each.value} ${each.key}`, each])).values(),
  ];
}

function bytesOf(ops: readonly Op[]): number {
  return ops.reduce((sum, op) => sum + ('put' in op ? Buffer.byteLength(op.value) + op.put.length : 0) + 64, 0);
}
