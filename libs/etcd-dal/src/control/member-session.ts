import { setTimeout as sleep } from 'node:timers/promises';
import { guarded } from '@9volt/contracts';
import type { Member } from '@9volt/contracts';
import { encode } from '../codec.js';
import { EtcdError, toEtcdError } from '../etcd-error.js';
import type { Compare, EtcdClient } from '../etcd.client.js';
import type { Keyspace } from '../keyspace.js';
import type { ClusterGuard } from './cluster-guard.js';
import { commit } from './fenced-txn.js';

/**
 * `joining`: not a member yet. `fresh`: surely a member. `stale`: the lease was not renewed for two thirds of its time to live; the
 * process must stop deciding, because others take over when it ends. `lost`: etcd says that the lease is gone.
 */
export type SessionStatus = 'joining' | 'fresh' | 'stale' | 'lost';

export interface SessionTiming {
  /** Longest time between renewals; a sixth of the time to live if that is shorter. */
  heartbeatIntervalMs: number;
  heartbeatTimeoutMs: number;
}

const RETRY_MS = 500;

/**
 * The membership of this process: one lease, renewed by a monotonic timer, and the member key on it. The lease counts from the
 * moment at which a renewal was *sent*, with the time to live that etcd granted.
 */
export class MemberSession {
  private leaseId: string | undefined;
  private createRevision = 0;
  private ttlMs: number;
  private leftLeaseId: string | undefined;
  /** The last value of the member key. */
  private written: Buffer = Buffer.alloc(0);
  /** Whether the lease was granted under another timeout than the present one. */
  private outdated = false;
  /** `performance.now()` when the last renewal that succeeded was sent. */
  private renewedAt = Number.NEGATIVE_INFINITY;
  private current: SessionStatus = 'joining';
  private stopped = false;
  private wake = new AbortController();
  private running: Promise<void> | undefined;
  private readonly listeners = new Set<(status: SessionStatus, error?: EtcdError) => void>();
  private staleTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: EtcdClient,
    private readonly keys: Keyspace,
    private member: Member,
    private timing: SessionTiming,
    /** Keeps this process from joining a cluster with other data than it works with. */
    private readonly guard?: ClusterGuard,
  ) {
    this.ttlMs = timing.heartbeatTimeoutMs;
  }

  get id(): string {
    return this.member.MemberID;
  }

  get lease(): string | undefined {
    return this.leaseId;
  }

  /** The lease that the present one replaced without an interruption, if any: move keys that belong to it. */
  get leaseBefore(): string | undefined {
    return this.leftLeaseId;
  }

  get status(): SessionStatus {
    // After a pause a process must not rely on a timer that has not fired yet.
    if (this.current === 'fresh' && !this.isFresh()) return 'stale';
    return this.current;
  }

  /** Whether, by our own clock, less than two thirds of the lease have passed since a renewal was sent. */
  isFresh(): boolean {
    return this.leaseId !== undefined && performance.now() - this.renewedAt < (this.ttlMs * 2) / 3;
  }

  /** The comparison of every fenced write of this process: its member key is the one that it created. */
  get fence(): Compare {
    return { key: this.keys.member(this.id), target: 'create', value: this.createRevision || -1 };
  }

  onStatus(listener: (status: SessionStatus, error?: EtcdError) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves once this process is a member for the first time; waits for etcd as long as it takes, or until stopped. */
  async start(): Promise<void> {
    const joined = new Promise<void>((resolve) => this.onStatus((status) => status === 'fresh' && resolve()));
    this.running ??= this.run();
    await Promise.race([joined, this.running]);
  }

  /** Leaves at once: it revokes the lease, so nobody waits for its time to live. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.wake.abort();
    clearTimeout(this.staleTimer);
    await this.running;
    const leaseId = this.leaseId;
    this.leaseId = undefined;
    if (leaseId !== undefined) await this.client.revokeLease(leaseId).catch(() => undefined);
  }

  /**
   * Applies a new timing without leaving: the member key moves to a new lease and keeps its create revision, so fences stay valid.
   * The old lease expires by itself: other keys may belong to it, and {@link onStatus} tells their owners to move them.
   */
  retime(timing: SessionTiming): void {
    const { heartbeatTimeoutMs, heartbeatIntervalMs } = this.timing;
    if (timing.heartbeatTimeoutMs !== heartbeatTimeoutMs) this.outdated = true;
    else if (timing.heartbeatIntervalMs === heartbeatIntervalMs) return;
    this.timing = timing;
    this.wake.abort();
  }

  /** Changes the value of the member key. Best effort: the next update writes it again. */
  async update(change: Partial<Member>): Promise<void> {
    this.member = { ...this.member, ...change };
    await this.prove().catch(() => undefined);
  }

  /**
   * Whether etcd accepts writes of this process: writes its member key again. If that key is gone, the process joins again. Throws
   * {@link EtcdError} when etcd cannot be asked, or accepts no writes.
   */
  async prove(): Promise<boolean> {
    const { leaseId } = this;
    if (leaseId === undefined || !this.isFresh()) return false;
    const { succeeded } = await this.client.txn({ compare: [this.fence], then: [this.put(leaseId)] });
    if (!succeeded && this.leaseId === leaseId) this.rejoin();
    return succeeded;
  }

  /** Call it when the member key is missing: joins again with a new lease. */
  rejoin(): void {
    const leaseId = this.leaseId;
    if (leaseId === undefined) return;
    // Other keys on the old lease must not outlive it.
    void this.client.revokeLease(leaseId).catch(() => undefined);
    this.drop(new EtcdError('lease-gone', `${this.keys.member(this.id)} was deleted; the process joins again`));
    this.wake.abort();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        if (this.leaseId === undefined) await this.join();
        await this.pause(Math.min(this.timing.heartbeatIntervalMs, this.ttlMs / 6));
        await this.renew();
        // Runs beside the renewals, which must not wait for it. After a failure the next renewal looks again.
        void this.confirm().catch(() => undefined);
        if (this.outdated && !this.stopped) await this.moveToNewLease();
      } catch (error) {
        const cause = toEtcdError(error);
        if (cause.kind === 'lease-gone') this.drop(cause);
        // Not while it is fresh: a single failed renewal changes nothing.
        else if (!this.isFresh()) this.emit(this.status, cause);
        await this.pause(Math.min(RETRY_MS, this.ttlMs / 6));
      }
    }
  }

  private async join(): Promise<void> {
    await this.guard?.check();
    const sentAt = performance.now();
    const lease = await this.client.grantLease(this.timing.heartbeatTimeoutMs);
    const put = this.put(lease.id);
    const key = put.put;
    try {
      const answer = await this.client.txn({
        compare: [{ key, target: 'create', value: 0 }],
        then: [put],
        otherwise: [put, { get: key }],
      });
      this.createRevision = answer.succeeded ? answer.revision : (answer.reads[0]?.createRevision ?? 0);
    } catch (error) {
      void this.client.revokeLease(lease.id).catch(() => undefined);
      throw error;
    }
    this.outdated = false;
    this.leaseId = lease.id;
    this.renewed(sentAt, lease.ttlMs);
  }

  /** After an unclear answer the key may belong to either lease: the next attempt moves it to another one. */
  private async moveToNewLease(): Promise<void> {
    const { timing } = this;
    const sentAt = performance.now();
    const lease = await this.client.grantLease(timing.heartbeatTimeoutMs);
    const { outcome } = await commit(this.client, { compare: [this.fence], then: [this.put(lease.id)] });
    if (outcome === 'refused') return this.rejoin();
    this.outdated = timing !== this.timing;
    this.leftLeaseId = this.leaseId;
    this.leaseId = lease.id;
    this.renewed(sentAt, lease.ttlMs);
    this.emit(this.status, undefined, true);
  }

  private async renew(): Promise<void> {
    const leaseId = this.leaseId;
    if (this.stopped || leaseId === undefined) return;
    const sentAt = performance.now();
    const ttlMs = await this.client.keepAlive(leaseId, Math.max(500, this.ttlMs / 3));
    if (this.leaseId === leaseId) this.renewed(sentAt, ttlMs);
  }

  /** Somebody can delete the member key by hand or overwrite it, and nobody else would repair that. */
  private async confirm(): Promise<void> {
    const { leaseId } = this;
    if (this.stopped || leaseId === undefined) return;
    const entry = await this.client.get(this.keys.member(this.id));
    if (this.leaseId !== leaseId) return;
    const isOurs = entry?.createRevision === this.createRevision;
    if (!isOurs || entry.lease !== leaseId || !entry.value.equals(this.written)) await this.prove();
  }

  private put(lease: string): { put: string; value: Buffer; lease: string } {
    this.member = { ...this.member, LastUpdated: new Date().toISOString() };
    this.written = Buffer.from(encode(this.member));
    return { put: this.keys.member(this.id), value: this.written, lease };
  }

  private renewed(sentAt: number, ttlMs: number): void {
    if (this.stopped) return;
    this.ttlMs = ttlMs;
    this.renewedAt = sentAt;
    clearTimeout(this.staleTimer);
    const staleInMs = Math.max(0, sentAt + (ttlMs * 2) / 3 - performance.now());
    const look = guarded('the membership', () => {
      if (this.current === 'fresh' && !this.isFresh()) this.emit('stale');
    });
    this.staleTimer = setTimeout(look, staleInMs + 1);
    this.staleTimer.unref();
    if (this.isFresh()) this.emit('fresh');
  }

  private drop(cause?: EtcdError): void {
    this.leaseId = undefined;
    this.leftLeaseId = undefined;
    this.createRevision = 0;
    clearTimeout(this.staleTimer);
    this.emit('lost', cause);
  }

  private emit(status: SessionStatus, error?: EtcdError, again = false): void {
    if (status === this.current && error === undefined && !again) return;
    this.current = status;
    // A defect of a listener must not end the membership.
    for (const listener of this.listeners) guarded('a change of the membership', listener)(status, error);
  }

  private async pause(ms: number): Promise<void> {
    if (this.stopped) return;
    this.wake = new AbortController();
    await sleep(ms, undefined, { signal: this.wake.signal }).catch(() => undefined);
  }
}
