import type { ClusterEvent, EventType } from '@9volt/contracts';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import {
  instant,
  mapOf,
  anything,
  read,
  record,
  type Shape,
  type ReportFault,
  text,
  type Watchable,
} from '../shape.js';
import { deleteKeys } from './delete-keys.js';

const event = record<ClusterEvent>(
  // A newer version may have more types.
  { id: text, type: text as Shape<EventType>, message: text, timestamp: instant, memberid: text },
  { monitor: text, alerter: text, details: mapOf(anything) },
);

/** `event/<id>`. Every process writes its own. */
export class EventStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<ClusterEvent> {
    return { prefix: this.keys.events, decode: (entry, report) => this.parsed(entry, report) };
  }

  /** The key is the id, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, report?: ReportFault): ClusterEvent | undefined {
    const found = read(event, value, report);
    return found && { ...found, id: key.slice(this.keys.events.length) };
  }

  /** Without a compare: ids are unique, and an event that is written twice is the same. `value` is an encoded event. */
  async write(events: readonly { id: string; value: string }[]): Promise<void> {
    const then = events.map(({ id, value }) => ({ put: this.keys.event(id), value }));
    await this.client.txn({ compare: [], then });
  }

  /** All, by the age that their writers gave them, page by page. */
  async *ages(): AsyncGenerator<{ id: string; modRevision: number }[]> {
    for await (const { entries } of this.client.pages(this.keys.events, { keysOnly: true })) {
      yield entries.map(({ key, modRevision }) => ({ id: key.slice(this.keys.events.length), modRevision }));
    }
  }

  /** Answers how many were deleted before the fence no longer held. */
  remove(ids: readonly string[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(
      this.client,
      ids.map((id) => this.keys.event(id)),
      fence,
    );
  }
}
