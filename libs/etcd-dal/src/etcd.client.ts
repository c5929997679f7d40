import type { Etcd3 } from 'etcd3';
import { EtcdError, toEtcdError } from './etcd-error.js';
import { EtcdMembers, type WatchStream } from './etcd-members.js';
import { keyEnd, prefixEnd } from './keyspace.js';
import { toCompare, toEntry, toOp } from './wire.js';

export interface EtcdOptions {
  /** `http://host:2379` or `https://…`, all of one kind. */
  members: readonly string[];
  username?: string;
  password?: string;
  /** PEM. */
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  /** Deadline of a single call in milliseconds. */
  callTimeoutMs?: number;
}

/** A key with its value in etcd. Revisions are below 2^53. */
export interface Entry {
  key: string;
  value: Buffer;
  createRevision: number;
  modRevision: number;
  /** Id of its lease; `0` without one. */
  lease: string;
}

/** A condition of a transaction. A `create` or `mod` revision of 0 means that the key is absent. */
export interface Compare {
  key: string;
  target: 'create' | 'mod';
  /** `=` when left out. */
  is?: '=' | '!=' | '<' | '>';
  value: number;
}

export type Op = { put: string; value: string | Buffer; lease?: string } | { delete: string } | Read;
/** One key; or of all that begin with `lastOf` the last one, without its value. */
export type Read = { get: string } | { lastOf: string };

export function isRead(op: Op): op is Read {
  return 'get' in op || 'lastOf' in op;
}

/** The key, or the prefix, of an operation. */
export function keyOf(op: Op): string {
  if ('put' in op) return op.put;
  if ('delete' in op) return op.delete;
  return 'get' in op ? op.get : op.lastOf;
}

export interface Txn {
  compare: readonly Compare[];
  then: readonly Op[];
  otherwise?: readonly Op[];
}

/** A share of a transaction: what must hold, and what changes then. Together with other shares it happens or not at all. */
export interface FencedWrite {
  compare: readonly Compare[];
  then: readonly Op[];
}

export interface TxnAnswer {
  succeeded: boolean;
  /** Revision of etcd when it answered; if the transaction changed something, the revision of the change. */
  revision: number;
  /** The result of each read of the branch that ran, in their order. */
  reads: (Entry | undefined)[];
}

/** Maximum number of comparisons, and of operations, that etcd accepts in one transaction. */
export const MAX_TXN_OPS = 128;
/** Bytes of one transaction's payload that we stay under; etcd refuses 1.5 MiB. */
export const MAX_TXN_BYTES = 1_048_576;

const DEFAULT_CALL_TIMEOUT_MS = 5_000;
const PAGE_BYTES = 3 * 1_048_576;
const FIRST_PAGE = 200;
const LARGEST_PAGE = 5_000;

export interface ListOptions {
  revision?: number;
  keysOnly?: boolean;
  /** The prefix is a whole key, and no other is meant. */
  exact?: boolean;
}

/**
 * The calls to etcd that 9volt makes, each with a deadline. It sends nothing twice: the library's retries and circuit breaker are
 * off, because a write that is resent after a lost answer can happen late and twice. It repeats reads, within the deadline of one
 * call, on any member.
 */
export class EtcdClient {
  private readonly members: EtcdMembers;
  private readonly callTimeoutMs: number;
  /** How often an informer on this client listed everything again because its watch could not resume. */
  relists = 0;

  constructor(readonly options: EtcdOptions) {
    this.callTimeoutMs = options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS;
    this.members = new EtcdMembers(options, this.callTimeoutMs);
  }

  /** One key, or undefined. */
  async get(key: string): Promise<Entry | undefined> {
    const answer = await this.read((etcd, deadline) => etcd.kv.range({ key: Buffer.from(key) }, deadline));
    const found = answer.kvs[0];
    return found && toEntry(found);
  }

  /**
   * The present revision of etcd. `readable` is a key, existing or not, that this client may read: etcd roles are often limited to
   * a prefix.
   */
  async revision(readable = '/'): Promise<number> {
    const answer = await this.read((etcd, deadline) =>
      etcd.kv.range({ key: Buffer.from(readable), limit: 1, keys_only: true }, deadline),
    );
    return Number(answer.header.revision);
  }

  /** All keys of a prefix at one revision, in pages bounded by bytes; with `exact` the one key. */
  async *pages(prefix: string, options: ListOptions = {}): AsyncGenerator<{ entries: Entry[]; revision: number }> {
    const end = options.exact ? keyEnd(prefix) : prefixEnd(prefix);
    let revision = options.revision;
    let from = Buffer.from(prefix);
    let limit = FIRST_PAGE;
    for (;;) {
      const request = {
        key: from,
        range_end: end,
        limit,
        ...(revision === undefined ? {} : { revision }),
        ...(options.keysOnly ? { keys_only: true } : {}),
      };
      let answer;
      try {
        answer = await this.read((etcd, deadline) => etcd.kv.range(request, deadline));
      } catch (error) {
        if (!(error instanceof EtcdError && error.kind === 'too-large') || limit === 1) throw error;
        limit = Math.max(1, Math.floor(limit / 8));
        continue;
      }
      revision ??= Number(answer.header.revision);
      const last = answer.kvs.at(-1);
      yield { entries: answer.kvs.map(toEntry), revision };
      if (!answer.more || !last) return;
      from = Buffer.concat([last.key, Buffer.from([0])]);
      const bytes = answer.kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length + 32, 0);
      const average = bytes / answer.kvs.length;
      limit = Math.min(LARGEST_PAGE, Math.max(1, Math.floor(PAGE_BYTES / average)));
    }
  }

  /** All keys of a prefix at one revision. */
  async list(prefix: string, options: ListOptions = {}): Promise<{ entries: Entry[]; revision: number }> {
    const entries: Entry[] = [];
    let revision = 0;
    for await (const page of this.pages(prefix, options)) {
      for (const entry of page.entries) entries.push(entry);
      revision = page.revision;
    }
    return { entries, revision };
  }

  /**
   * Sends one transaction, once if it changes anything. Throws {@link EtcdError}; after `unavailable` it may have happened: see
   * `commit` in `control/fenced-txn.ts`.
   */
  async txn(txn: Txn): Promise<TxnAnswer> {
    const request = {
      compare: txn.compare.map(toCompare),
      success: txn.then.map(toOp),
      failure: (txn.otherwise ?? []).map(toOp),
    };
    // A transaction that changes nothing may run twice.
    const reading = [...txn.then, ...(txn.otherwise ?? [])].every(isRead);
    const answer = await (reading
      ? this.read((etcd, deadline) => etcd.kv.txn(request, deadline))
      : this.members.ask((etcd) => etcd.kv.txn(request, this.deadline())));
    const reads = answer.responses
      .filter((response) => response.response_range)
      .map((response) => {
        const found = response.response_range.kvs[0];
        return found && toEntry(found);
      });
    return { succeeded: answer.succeeded, revision: Number(answer.header.revision), reads };
  }

  /** Grants a lease; answers its id and the time to live that etcd chose, in milliseconds. */
  async grantLease(ttlMs: number): Promise<{ id: string; ttlMs: number }> {
    const answer = await this.members.ask((etcd) =>
      etcd.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1_000) }, this.deadline(2_000)),
    );
    return { id: answer.ID, ttlMs: Number(answer.TTL) * 1_000 };
  }

  /** Renews a lease once. Answers the time to live in milliseconds; throws `lease-gone` when there is no such lease. */
  async keepAlive(leaseId: string, timeoutMs: number): Promise<number> {
    const ttl = await this.members.ask(async (etcd) => {
      const stream = await etcd.leaseClient.leaseKeepAlive(this.deadline(timeoutMs));
      try {
        return await new Promise<number>((resolve, reject) => {
          stream.on('data', (answer) => resolve(Number(answer.TTL)));
          stream.on('error', reject);
          stream.on('end', () => reject(new EtcdError('unavailable', 'etcd: the keepalive stream ended')));
          stream.write({ ID: leaseId });
        });
      } finally {
        stream.on('error', () => undefined);
        // In this order: the library closes all channels when a writable stream is cancelled.
        stream.end();
        stream.cancel();
      }
    });
    if (ttl <= 0) throw new EtcdError('lease-gone', `etcd: lease ${leaseId} is gone`);
    return ttl * 1_000;
  }

  async revokeLease(leaseId: string): Promise<void> {
    await this.members.ask((etcd) => etcd.leaseClient.leaseRevoke({ ID: leaseId }, this.deadline(2_000)));
  }

  /** Discards history before `revision`. A revision that is compacted already is no error. */
  async compact(revision: number): Promise<void> {
    try {
      await this.members.ask((etcd) => etcd.kv.compact({ revision: String(revision) }, this.deadline()));
    } catch (error) {
      if (!(error instanceof EtcdError && error.kind === 'compacted')) throw error;
    }
  }

  /**
   * Size of the database of one member in bytes, its version, and whether the cluster raised a NOSPACE alarm. The status includes
   * alarms; asking for them directly may need root.
   */
  async status(): Promise<{ dbSize: number; version: string; noSpace: boolean }> {
    const status = await this.read((etcd, deadline) => etcd.maintenance.status(deadline));
    const noSpace = status.errors.some((told) => told.includes('alarm:NOSPACE'));
    return { dbSize: Number(status.dbSize), version: status.version, noSpace };
  }

  /**
   * Opens one watch stream. The caller reconnects: the library's watcher moves its start revision before the replay has arrived,
   * and so loses events when a connection is cut twice in a row.
   */
  async openWatch(): Promise<WatchStream> {
    return this.members.openWatch();
  }

  close(): void {
    this.members.close();
  }

  private deadline(ms = this.callTimeoutMs): { deadline: number } {
    return { deadline: Date.now() + Math.min(ms, this.callTimeoutMs) };
  }

  /** Repeats a read when no member answered; reading twice harms nobody. */
  private async read<T>(call: (etcd: Etcd3, deadline: { deadline: number }) => Promise<T>): Promise<T> {
    const { count } = this.members;
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt++) {
      const leftMs = this.callTimeoutMs - (performance.now() - startedAt);
      // Leave time for another member if one does not answer.
      const timeoutMs = attempt <= count && count > 1 ? leftMs / 2 : leftMs;
      try {
        return await this.members.ask((etcd) => call(etcd, this.deadline(timeoutMs)));
      } catch (error) {
        const cause = toEtcdError(error);
        const spent = performance.now() - startedAt > this.callTimeoutMs * 0.9;
        if (cause.kind !== 'unavailable' || attempt > count || spent) throw cause;
      }
    }
  }
}
