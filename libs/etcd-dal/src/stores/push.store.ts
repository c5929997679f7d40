import { type Call, CALL_STATUSES, type CallRecord } from '@9volt/contracts';
import type { Entry } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { count, instant, number, oneOf, read, record, type Tell, text, type Watchable } from '../shape.js';

const call = record<Call>({ at: instant, status: oneOf(CALL_STATUSES) }, { message: text, latencyMs: number });
const calls = record<CallRecord>({ createRevision: count, awaitedSince: instant }, { last: call });

/** `push/<monitor>`. The API that is called writes it; the owner does at first, so that it is known since when calls are awaited. */
export class PushStore {
  constructor(private readonly keys: Keyspace) {}

  get watched(): Watchable<CallRecord> {
    return { prefix: this.keys.pushes, decode: (entry, tell) => this.parsed(entry, tell) };
  }

  parsed({ value }: Pick<Entry, 'value'>, tell?: Tell): CallRecord | undefined {
    return read(calls, value, tell);
  }
}
