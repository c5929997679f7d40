import { Inject, Injectable } from '@nestjs/common';
import { ClusterNode, type Entry, MAX_TXN_OPS } from '@9volt/etcd-dal';
import { storedFrom } from '../ledger/plan-write.js';
import type { StoredState } from '../owned/owned-monitor.js';

interface Wanted {
  key: string;
  resolve: (entry: Entry | undefined) => void;
  reject: (error: unknown) => void;
}

const MOST_IN_FLIGHT = 4;

/** Reads stored states, those that are wanted at about the same time together. */
@Injectable()
export class StateLoader {
  private wanted: Wanted[] = [];
  private inFlight = 0;
  private planned = false;

  constructor(@Inject(ClusterNode) private readonly node: ClusterNode) {}

  /** Rejects with `EtcdError` when etcd cannot be asked. */
  async load(name: string): Promise<StoredState> {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      this.wanted.push({ key: this.node.keys.state(name), resolve, reject });
      if (this.planned) return;
      this.planned = true;
      setImmediate(() => {
        this.planned = false;
        this.read();
      });
    });
    return storedFrom(entry);
  }

  private read(): void {
    while (this.wanted.length > 0 && this.inFlight < MOST_IN_FLIGHT) {
      const batch = this.wanted.slice(0, MAX_TXN_OPS);
      this.wanted = this.wanted.slice(batch.length);
      this.inFlight++;
      void this.readTogether(batch).finally(() => {
        this.inFlight--;
        this.read();
      });
    }
  }

  private async readTogether(batch: readonly Wanted[]): Promise<void> {
    try {
      const { reads } = await this.node.client.txn({ compare: [], then: batch.map(({ key }) => ({ get: key })) });
      batch.forEach(({ resolve }, index) => resolve(reads[index]));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
