import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { messageOf, guarded, unawaited } from '@9volt/contracts';
import { ClusterNode, EtcdError } from '@9volt/etcd-dal';
import { AppLogger, Health, type Logger, Metrics } from '@9volt/platform';
import { whyDetached } from './why-detached.js';

const TICK_MS = 100;
/** A timer that is this late: the process was stopped, or the machine slept. */
const PAUSE_MS = 1_000;
const RETURN_EVERY_MS = 500;

/**
 * Whether this worker relies on etcd. A worker cannot distinguish "etcd is down", "I am cut off" and "etcd accepts no writes": in
 * each case it is detached, writes nothing, and continues from memory, until etcd accepts one of its writes.
 */
@Injectable()
export class Detachment implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log: Logger;
  private readonly detachments;
  private readonly listeners = new Set<(active: boolean) => void>();
  private timer: NodeJS.Timeout | undefined;
  private tickedAt = performance.now();
  private awakeSince = Number.NEGATIVE_INFINITY;
  private outstanding = 0;
  private unansweredSince: number | undefined;
  private refusal: string | undefined;
  private lostAt: number | undefined;
  private now: { reason: string; since: number; at: number } | undefined;
  private proving = false;
  private provedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly node: ClusterNode,
    logger: AppLogger,
    health: Health,
    metrics: Metrics,
  ) {
    this.log = logger.child('detachment');
    metrics.gauge('ninevolt_detached', '1 if this worker is detached, working without etcd; else 0', [], (gauge) =>
      gauge.set(this.active ? 1 : 0),
    );
    this.detachments = metrics.counter('ninevolt_detachments_total', 'How often this worker detached from etcd');
    health.readiness(
      'detached',
      () => this.reason && `${this.reason}; the worker continues checks and notifications without etcd`,
    );
  }

  onApplicationBootstrap(): void {
    const begin = (): void => {
      this.node.session.onStatus((status) => {
        if (status === 'fresh') this.lostAt = undefined;
        if (status === 'lost') this.lostAt ??= performance.now();
        this.consider();
      });
      this.tickedAt = performance.now();
      this.timer = setInterval(
        guarded('the look for a detachment', () => this.consider()),
        TICK_MS,
      ).unref();
    };
    unawaited('the look for a detachment', this.node.joined.then(begin));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Whether it continues from memory. */
  get active(): boolean {
    return this.now !== undefined;
  }

  /** Why. */
  get reason(): string | undefined {
    return this.now?.reason;
  }

  /** Since when, by `performance.now()`. */
  get since(): number | undefined {
    return this.now?.at;
  }

  /** Called after each change. Must not throw or block. */
  onChange(listener: (active: boolean) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves when `work` does, or with `instead` as soon as this worker is detached. */
  async unlessDetached<T, U>(work: Promise<T>, instead: U): Promise<T | U> {
    if (this.active) return instead;
    let listener: (active: boolean) => void = () => undefined;
    const detached = new Promise<U>((resolve) => (listener = (active) => active && resolve(instead)));
    this.listeners.add(listener);
    try {
      return await Promise.race([work, detached]);
    } finally {
      this.listeners.delete(listener);
    }
  }

  /** A write that notifications rely on was sent. One of the next two follows. */
  writeBegan(): void {
    if (this.outstanding++ === 0) this.unansweredSince ??= performance.now();
  }

  /** etcd accepted it, or refused it by a comparison: etcd accepts writes. */
  writeAnswered(): void {
    this.outstanding--;
    this.unansweredSince = this.outstanding > 0 ? performance.now() : undefined;
  }

  /** It got no answer, or was refused for another reason. */
  writeFailed(error: unknown): void {
    this.outstanding--;
    const refusal = refusalOf(error);
    if (refusal !== undefined) {
      this.refusal = refusal;
      this.consider();
    } else if (error instanceof EtcdError && error.kind === 'unavailable') return;
    else if (this.outstanding === 0) this.unansweredSince = undefined;
  }

  private consider(): void {
    const now = performance.now();
    if (now - this.tickedAt > PAUSE_MS) this.awakeSince = now;
    this.tickedAt = now;
    const { session, guard } = this.node;
    if (this.now) {
      if (now - this.provedAt >= RETURN_EVERY_MS) unawaited('the return to etcd', this.tryReturn());
      return;
    }
    const reason = whyDetached({
      now,
      fresh: session.isFresh(),
      lostAt: this.lostAt,
      awakeSince: this.awakeSince,
      unansweredSince: this.unansweredSince,
      refusal: this.refusal,
      otherData: guard.fault?.message,
    });
    if (reason !== undefined) this.detach(reason);
  }

  private detach(reason: string): void {
    this.now = { reason, since: Date.now(), at: performance.now() };
    this.detachments.inc();
    const says = `detached, continues without etcd: ${reason}`;
    // Another etcd in its place is no usual outage: somebody has to look.
    if (this.node.guard.fault) this.node.events.emit('error', `${this.node.options.name}: ${reason}`);
    this.log.warn(says);
    this.node.events.emit('member-detached', `${this.node.options.name} ${says}`, {
      details: { member: this.node.memberId, reason },
    });
    this.emit(true);
  }

  private async tryReturn(): Promise<void> {
    const { session, guard } = this.node;
    if (this.proving || !session.isFresh()) return;
    this.proving = true;
    this.provedAt = performance.now();
    try {
      await guard.check();
      if ((await session.prove()) && session.isFresh()) this.return();
    } catch (error) {
      this.log.debug(`cannot rejoin the cluster yet; will retry: ${messageOf(error)}`);
    } finally {
      this.proving = false;
    }
  }

  private return(): void {
    if (!this.now) return;
    const { since, reason } = this.now;
    const seconds = Math.round((Date.now() - since) / 1_000);
    this.now = undefined;
    this.refusal = undefined;
    this.unansweredSince = this.outstanding > 0 ? performance.now() : undefined;
    this.log.info(`is back after ${seconds} s without etcd`);
    this.node.events.emit('member-returned', `${this.node.options.name} is back after ${seconds} s without etcd`, {
      details: { member: this.node.memberId, reason, since: new Date(since).toISOString(), seconds },
    });
    this.emit(false);
  }

  private emit(active: boolean): void {
    for (const listener of this.listeners) guarded('a change of the detachment', listener)(active);
  }
}

/** Why etcd surely accepts no writes at present; undefined if the error does not imply that. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof EtcdError)) return undefined;
  return ['no-space', 'denied', 'other-data'].includes(error.kind) ? error.message : undefined;
}
