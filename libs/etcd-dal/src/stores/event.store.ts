import type { ClusterEvent, EventType } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
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

const event = record<ClusterEvent>(
  // A newer version may have more types.
  { id: text, type: text as Shape<EventType>, message: text, timestamp: instant, memberid: text },
  { monitor: text, alerter: text, details: mapOf(anything) },
);

/** `event/<id>`. Every process writes its own. */
export class EventStore {
  constructor(private readonly keys: Keyspace) {}

  get watched(): Watchable<ClusterEvent> {
    return { prefix: this.keys.events, decode: (entry, report) => this.parsed(entry, report) };
  }

  /** The key is the id, whatever the value says. */
  parsed({ key, value }: Pick<Entry, 'key' | 'value'>, report?: ReportFault): ClusterEvent | undefined {
    const found = read(event, value, report);
    return found && { ...found, id: key.slice(this.keys.events.length) };
  }
}
