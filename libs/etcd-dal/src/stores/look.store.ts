import type { VitalsEntry } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import type { ReportFault, Watchable } from '../shape.js';
import { decodeVitals, encodeVitals } from './vitals.codec.js';

/** Somebody looks at a monitor, as long as this lease lives. */
export interface Look {
  monitor: string;
  lease: string;
}

/** The newest result of a monitor, in the form of a dump. */
export interface Latest {
  monitor: string;
  workerId: string;
  /** By the clock of that worker. */
  at: number;
  entry: VitalsEntry;
}

/** No result is longer. */
const MAX_LATEST_BYTES = 65_536;

/**
 * `look/<monitor>/<api id>`: an API writes it under a short lease, which it renews while the page of the monitor is open.
 * `latest/<monitor>/<worker id>`: the owner writes it under the lease of a look, so it ends with the look.
 */
export class LookStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<Look> {
    return {
      prefix: this.keys.looks,
      decode: ({ key, lease }, report) => {
        const monitor = this.keys.parseLook(key);
        if (monitor !== undefined && lease !== '0') return { monitor, lease };
        // Results under it would stay.
        report('expected a key with a lease');
        return undefined;
      },
    };
  }

  async begin(monitor: string, apiId: string, lease: string): Promise<void> {
    // Nobody else writes this key.
    const put = { put: this.keys.look(monitor, apiId), value: encode({ since: new Date().toISOString() }), lease };
    await this.client.txn({ compare: [], then: [put] });
  }

  /** Answers whether etcd accepted it: the look goes on, and the fences hold. */
  async tell(
    look: { key: string; modRevision: number; value: Look },
    { monitor, workerId, at, entry }: Latest,
    fences: readonly Compare[],
  ): Promise<boolean> {
    const { outcome } = await commit(this.client, {
      compare: [unchanged(look.key, look.modRevision), ...fences],
      then: [
        {
          put: this.keys.latest(monitor, workerId),
          value: encodeVitals([entry], indexOf(monitor), at),
          lease: look.value.lease,
        },
      ],
    });
    return outcome === 'accepted';
  }

  latest({ key, value }: Pick<Entry, 'key' | 'value'>, report: ReportFault): Latest | undefined {
    const of = this.keys.parseLatest(key);
    if (!of) return undefined;
    const vitals = value.length > MAX_LATEST_BYTES ? undefined : decodeVitals(value, [indexOf(of.monitor)]);
    const [entry] = vitals?.entries ?? [];
    if (vitals && entry) return { ...of, at: vitals.at, entry };
    report('expected a result');
    return undefined;
  }
}

function indexOf(monitor: string): { generation: number; names: string[] } {
  return { generation: 0, names: [monitor] };
}
