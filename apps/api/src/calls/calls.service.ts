import { Injectable } from '@nestjs/common';
import { type Call, type CallRecord, DomainError, type Member, MIN_MS_BETWEEN_CALLS } from '@9volt/contracts';
import { clusterAheadMs, ClusterNode, type StoredCalls, untilAccepted } from '@9volt/etcd-dal';
import { ClusterCache } from '../cache/cluster-cache.js';
import { RecentRevisions } from './recent-revisions.js';
import { MAX_MESSAGE, type ReadWords } from './read-words.js';
import { TokenIndex } from './token-index.js';

/** Another node was first so often that this call may be skipped. */
const ATTEMPTS = 3;

/** Records the calls of jobs; workers see them on their watch. */
@Injectable()
export class CallsService {
  private readonly tokens = new TokenIndex();
  private readonly revisions = new RecentRevisions(MIN_MS_BETWEEN_CALLS);

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    cache.listen({
      revision: (revision) => this.revisions.note(revision, performance.now()),
      change: (record, gone) => {
        if (record.kind === 'monitor') this.tokens.put(record.name, gone ? undefined : record.settings);
      },
    });
  }

  /** Throws unless a monitor has this token, or if that is not known yet. */
  assertKnown(token: string): void {
    this.cache.assertReady();
    if (this.tokens.named(token).length === 0) {
      throw new DomainError('not-found', 'Unable to find any check with this token');
    }
  }

  /** One small write for each monitor with this token; there is usually one. */
  async receive(token: string, words: ReadWords): Promise<void> {
    this.assertKnown(token);
    const call = callOf(words, this.clusterNow());
    for (const name of this.tokens.named(token)) await this.write(name, call);
  }

  private write(name: string, last: Call): Promise<void> {
    const { push } = this.node.stores;
    const write = async (): Promise<void | 'refused'> => {
      const createRevision = this.cache.monitors.get(name)?.declared?.createRevision;
      if (createRevision === undefined) return;
      const current = await push.read(name);
      const record = current.record?.createRevision === createRevision ? current.record : undefined;
      if (record?.last && this.isTooSoon(current, record.last, last)) throw tooSoon();
      const value: CallRecord = { createRevision, awaitedSince: record?.awaitedSince ?? last.at, last };
      if (!(await push.replace(name, current, value, [push.isSame(name, createRevision)]))) return 'refused';
    };
    const busy = (): DomainError =>
      new DomainError('too-many', 'Other calls of this monitor are being stored; call again');
    return untilAccepted(write, busy, ATTEMPTS);
  }

  /** A worker that did not see the call arrive has only the time that is recorded here. */
  private clusterNow(): number {
    const { members, dumpIntervalMs } = this.cache;
    const self = { id: this.node.memberId, checks: false };
    const writtenAt = ({ MemberID }: Member): number => members.changedAt(MemberID);
    return Date.now() + clusterAheadMs(members.live.values(), self, { writtenAt, dumpMs: dumpIntervalMs });
  }

  /**
   * The clocks of the nodes that recorded the calls may differ: a record that was here a second ago by our own clock is not too
   * recent.
   */
  private isTooSoon({ modRevision }: StoredCalls, before: Call, now: Call): boolean {
    const apartMs = Math.abs(Date.parse(now.at) - Date.parse(before.at));
    return apartMs < MIN_MS_BETWEEN_CALLS && !this.revisions.isOld(modRevision, performance.now());
  }
}

/** Oddities are recorded with the job's message: the person who looks at the monitor seldom sees the answer. */
function callOf({ status, message, latencyMs, odd }: ReadWords, nowMs: number): Call {
  const said = [message, ...odd.map((what) => `(${what})`)].filter((part) => part !== undefined).join(' ');
  return {
    at: new Date(nowMs).toISOString(),
    status,
    ...(said === '' ? {} : { message: said.slice(0, MAX_MESSAGE) }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  };
}

function tooSoon(): DomainError {
  return new DomainError('too-many', 'This monitor accepts one call per second; call again in a second');
}
