import { guarded, unawaited } from '@9volt/contracts';
import { Injectable } from '@nestjs/common';
import { ClusterNode, MAX_TXN_OPS, type StoredState } from '@9volt/etcd-dal';

interface Wanted {
  monitor: string;
  resolve: (stored: StoredState) => void;
  reject: (error: unknown) => void;
}

const MAX_IN_FLIGHT = 4;

/** Reads stored states, those requested at about the same time together. */
@Injectable()
export class StateLoader {
  private wanted: Wanted[] = [];
  private inFlight = 0;
  private planned = false;

  constructor(private readonly node: ClusterNode) {}

  /** Rejects with `EtcdError` when etcd cannot be asked. */
  load(monitor: string): Promise<StoredState> {
    return new Promise((resolve, reject) => {
      this.wanted.push({ monitor, resolve, reject });
      if (this.planned) return;
      this.planned = true;
      setImmediate(
        guarded('the reading of states', () => {
          this.planned = false;
          this.read();
        }),
      );
    });
  }

  private read(): void {
    while (this.wanted.length > 0 && this.inFlight < MAX_IN_FLIGHT) {
      const batch = this.wanted.slice(0, MAX_TXN_OPS);
      this.wanted = this.wanted.slice(batch.length);
      this.inFlight++;
      const ended = this.readTogether(batch).finally(() => {
        this.inFlight--;
        this.read();
      });
      unawaited('the reading of states', ended);
    }
  }

  private async readTogether(batch: readonly Wanted[]): Promise<void> {
    try {
      const { state, incident } = this.node.stores;
      const stored = await state.readAll(batch.map(({ monitor }) => monitor));
      const without = batch.flatMap(({ monitor }, index) => (stored[index]?.state ? [] : [monitor]));
      const last = await incident.lastNumbers(without);
      const incidents = new Map(without.map((monitor, index) => [monitor, last[index] ?? 0]));
      batch.forEach(({ monitor, resolve }, index) => {
        const found = stored[index] as StoredState;
        resolve(found.state ? found : { ...found, incidents: incidents.get(monitor) ?? 0 });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
