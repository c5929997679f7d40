import { Injectable } from '@nestjs/common';
import { type Call, type CallRecord, DomainError, MIN_MS_BETWEEN_CALLS } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { ClusterCache } from '../cache/cluster-cache.js';
import { MAX_MESSAGE, type ReadWords } from './read-words.js';
import { TokenIndex } from './token-index.js';

/** Another node took a call first so often that this one may be left out. */
const ATTEMPTS = 3;

/** Writes down the calls of jobs; workers see them by their watch. */
@Injectable()
export class CallsService {
  private readonly tokens = new TokenIndex();

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    cache.listen({
      change: (record, gone) => {
        if (record.kind === 'monitor') this.tokens.put(record.name, gone ? undefined : record.settings);
      },
    });
  }

  /** Throws unless a monitor has this token, or when that is not known yet. */
  assertKnown(token: string): void {
    this.cache.assertReady();
    if (this.tokens.named(token).length === 0) {
      throw new DomainError('not-found', 'Unable to find any check with this token');
    }
  }

  /** One small write for each monitor with this token, which is one. */
  async receive(token: string, words: ReadWords): Promise<void> {
    this.assertKnown(token);
    for (const name of this.tokens.named(token)) await this.write(name, callOf(words));
  }

  private async write(name: string, last: Call): Promise<void> {
    const { push } = this.node.stores;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const createRevision = this.cache.monitors.get(name)?.declared?.createRevision;
      if (createRevision === undefined) return;
      const current = await push.read(name);
      const record = current.record?.createRevision === createRevision ? current.record : undefined;
      assertNotTooSoon(record?.last, last);
      const value: CallRecord = { createRevision, awaitedSince: record?.awaitedSince ?? last.at, last };
      if (await push.replace(name, current, value, [push.isSame(name, createRevision)])) return;
    }
    throw new DomainError('too-many', 'Other calls of this monitor are being stored; call again');
  }
}

/** What was odd is told with what the job says: the one who looks at the monitor is seldom the one who sees the answer. */
function callOf({ status, message, latencyMs, odd }: ReadWords): Call {
  const said = [message, ...odd.map((what) => `(${what})`)].filter((part) => part !== undefined).join(' ');
  return {
    at: new Date().toISOString(),
    status,
    ...(said === '' ? {} : { message: said.slice(0, MAX_MESSAGE) }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  };
}

/** A last call that lies further in the future is of a host whose clock is ahead, and tells nothing. */
function assertNotTooSoon(before: Call | undefined, now: Call): void {
  const apartMs = before ? Math.abs(Date.parse(now.at) - Date.parse(before.at)) : Infinity;
  if (apartMs < MIN_MS_BETWEEN_CALLS) {
    throw new DomainError('too-many', 'This monitor accepts one call per second; call again in a second');
  }
}
