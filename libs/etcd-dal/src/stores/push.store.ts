import { type Call, CALL_STATUSES, type CallRecord } from '@9volt/contracts';
import { encode } from '../codec.js';
import { commit, unchanged } from '../control/fenced-txn.js';
import type { Compare, Entry, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import { count, instant, number, oneOf, read, record, type ReportFault, text, type Watchable } from '../shape.js';
import { deleteKeys } from './delete-keys.js';

const call = record<Call>({ at: instant, status: oneOf(CALL_STATUSES) }, { message: text, latencyMs: number });
const calls = record<CallRecord>({ createRevision: count, awaitedSince: instant }, { last: call });

/** The record of calls in etcd; revision 0 if there is none. */
export interface StoredCalls {
  record: CallRecord | undefined;
  modRevision: number;
}

/** `push/<monitor>`. The API that gets a call writes it; the owner writes it first, to record since when it waits for calls. */
export class PushStore {
  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
  ) {}

  get watched(): Watchable<CallRecord> {
    return { prefix: this.keys.pushes, decode: (entry, report) => this.parsed(entry, report) };
  }

  parsed({ value }: Pick<Entry, 'value'>, report?: ReportFault): CallRecord | undefined {
    return read(calls, value, report);
  }

  async read(monitor: string): Promise<StoredCalls> {
    const entry = await this.client.get(this.keys.push(monitor));
    return { record: entry && this.parsed(entry), modRevision: entry?.modRevision ?? 0 };
  }

  /** Replaces what was read, as long as the fences hold. Answers whether it did. */
  async replace(
    monitor: string,
    { modRevision }: Pick<StoredCalls, 'modRevision'>,
    next: CallRecord,
    fences: readonly Compare[],
  ): Promise<boolean> {
    const key = this.keys.push(monitor);
    const { outcome } = await commit(this.client, {
      compare: [unchanged(key, modRevision), ...fences],
      then: [{ put: key, value: encode(next) }],
    });
    return outcome === 'accepted';
  }

  /** Compares that the monitor is still the one that was called. */
  isSame(monitor: string, createRevision: number): Compare {
    return { key: this.keys.monitor(monitor), target: 'create', value: createRevision };
  }

  /** Monitors about which calls are kept. */
  async monitors(): Promise<string[]> {
    const { entries } = await this.client.list(this.keys.pushes, { keysOnly: true });
    return entries.map(({ key }) => key.slice(this.keys.pushes.length));
  }

  /** Deletes what is kept about monitors. Answers of how many, before the fence no longer held. */
  remove(monitors: readonly string[], fence: readonly Compare[]): Promise<number> {
    return deleteKeys(
      this.client,
      monitors.map((monitor) => this.keys.push(monitor)),
      fence,
    );
  }
}
