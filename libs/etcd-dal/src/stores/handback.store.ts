import type { HandedIncident, Handback } from '@9volt/contracts';
import { decode, encode } from '../codec.js';
import { commit, type FencedWrite, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';

/** A handback as etcd holds it; revision 0 when there is none. */
export interface StoredHandback {
  incidents: HandedIncident[];
  modRevision: number;
}

/** `handback/<monitor>/<worker id>`. A worker back from an outage writes it; the owner deletes it with the state that it went into. */
export class HandbackStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  /** For an informer. What somebody wrote there by hand tells nothing; it is removed with the next write. */
  get watched(): { prefix: string; decode: (entry: Entry) => Handback } {
    return { prefix: this.keys.handbacks, decode: ({ value }) => readable(decode<Handback>(value)) };
  }

  async read(monitor: string, worker: string): Promise<StoredHandback> {
    const entry = await this.client.get(this.keys.handback(monitor, worker));
    return { incidents: entry ? readable(decode(entry.value)).incidents : [], modRevision: entry?.modRevision ?? 0 };
  }

  /** Whether etcd holds no handback about a monitor. */
  async isEmpty(monitor: string): Promise<boolean> {
    return (await this.client.list(this.keys.handbacksOf(monitor), { keysOnly: true })).entries.length === 0;
  }

  /**
   * Writes what a worker told, over what was read, and removes from the outbox the alarms that it delivered. Those need no compare: what was
   * delivered is removed whoever owns the monitor. Answers false when a compare does not hold.
   */
  async handBack(
    { monitor, worker, before }: { monitor: string; worker: string; before: StoredHandback },
    handback: Handback,
    delivered: readonly string[],
    fence: Compare,
  ): Promise<boolean> {
    const key = this.keys.handback(monitor, worker);
    const { outcome } = await commit(this.client, {
      compare: [fence, unchanged(key, before.modRevision)],
      then: [
        ...(handback.incidents.length > 0 ? [{ put: key, value: encode(handback) }] : []),
        ...delivered.map((owed) => ({ delete: owed })),
      ],
    });
    return outcome === 'accepted';
  }

  /** Deletes what went into a state. */
  merging(handbacks: readonly { key: string; modRevision: number }[]): FencedWrite {
    return {
      compare: handbacks.map(({ key, modRevision }) => unchanged(key, modRevision)),
      then: handbacks.map(({ key }) => ({ delete: key })),
    };
  }
}

function readable(handback: Partial<Handback> | undefined): Handback {
  const incidents = Array.isArray(handback?.incidents) ? handback.incidents.filter(isWhole) : [];
  return { worker: handback?.worker ?? '', at: handback?.at ?? '', incidents };
}

function isWhole({ incident, told, unanswered, notifications }: Partial<HandedIncident>): boolean {
  const hasId = typeof incident?.id === 'string' && /^\d+\.\d+$/.test(incident.id);
  return hasId && typeof told === 'object' && Array.isArray(unanswered) && Array.isArray(notifications);
}
