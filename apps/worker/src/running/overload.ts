import { formatDuration, guarded, unawaited } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Health, Metrics } from '@9volt/platform';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../time/clock.js';

/** How long it counts before it judges. */
const WINDOW_MS = 10_000;
/** A check that begins this late was not in time. */
const LATE_MS = 1_000;
/** This share of the due checks late or skipped in so many windows in a row is an overload, and not just a pause. */
const TOO_MUCH = 0.05;
const BAD_WINDOWS = 2;
/** This share in so many windows in a row is the end of it. */
const FEW = 0.01;
const GOOD_WINDOWS = 3;
/** At most one event that it begins in this time, and one that it ends. */
const EVENT_EVERY_MS = 300_000;

interface Counts {
  started: number;
  /** Began late, but before the next was due. */
  late: number;
  /** Due checks that passed while the one before waited for its start. */
  skipped: number;
  latestMs: number;
  /** Sum of the delays, and the part of it in which checks waited for a place for their program. */
  delayMs: number;
  placeMs: number;
}

/** Knows whether this worker has more checks than it can run in time, and says so: metric, `/readyz`, membership, and one event each. */
@Injectable()
export class Overload implements OnApplicationBootstrap, OnApplicationShutdown {
  private counts = none();
  /** Checks that wait for their start. */
  private waiting = 0;
  private bad = 0;
  private good = 0;
  private since: number | undefined;
  private words = '';
  private toldAt = Number.NEGATIVE_INFINITY;
  private isTold = false;
  private cancel: (() => void) | undefined;

  constructor(
    @Inject(ClusterNode) private readonly node: Pick<ClusterNode, 'events' | 'options' | 'session'>,
    private readonly clock: Clock,
    metrics: Metrics,
    health: Health,
  ) {
    metrics.gauge(
      'ninevolt_overloaded',
      'Whether this worker has more checks than it can run in time, 0 or 1',
      [],
      (gauge) => gauge.set(this.active ? 1 : 0),
    );
    health.note('checks', () => (this.active ? this.words : undefined));
  }

  get active(): boolean {
    return this.since !== undefined;
  }

  onApplicationBootstrap(): void {
    this.plan();
  }

  onApplicationShutdown(): void {
    this.cancel?.();
  }

  /** A check is due and cannot begin yet. */
  waits(): void {
    this.waiting++;
  }

  /** It waits no more. */
  waited(): void {
    this.waiting--;
  }

  /** A check begins so long after it was due; for `placeMs` of that it waited for a place for its program. */
  began(delayMs: number, placeMs: number, intervalMs: number): void {
    const { counts } = this;
    counts.started++;
    const skipped = Math.floor(delayMs / intervalMs);
    counts.skipped += skipped;
    if (skipped === 0 && delayMs >= LATE_MS) counts.late++;
    counts.latestMs = Math.max(counts.latestMs, delayMs);
    counts.delayMs += delayMs;
    counts.placeMs += placeMs;
  }

  /** Judges what was counted since the last time. */
  private look(): void {
    const { counts } = this;
    this.counts = none();
    const share = shareOf(counts, this.waiting);
    this.bad = share >= TOO_MUCH ? this.bad + 1 : 0;
    this.good = share < FEW ? this.good + 1 : 0;
    if (this.bad >= BAD_WINDOWS) this.goesOn(counts);
    else if (this.active && this.good >= GOOD_WINDOWS) this.ends();
    this.plan();
  }

  private goesOn(counts: Counts): void {
    const now = this.clock.now();
    this.words = inWords(counts);
    if (this.since === undefined) {
      this.since = now - BAD_WINDOWS * WINDOW_MS;
      this.publish(this.words);
    }
    if (this.isTold || now - this.toldAt < EVENT_EVERY_MS) return;
    this.isTold = true;
    this.toldAt = now;
    const { started, late, skipped, latestMs } = counts;
    const details = { windowMs: WINDOW_MS, started, late, skipped, latestMs: Math.round(latestMs) };
    const { name } = this.node.options;
    this.node.events.emit('member-overloaded', `${name} ${this.words}`, { details });
  }

  private ends(): void {
    const forMs = this.clock.now() - GOOD_WINDOWS * WINDOW_MS - (this.since ?? 0);
    this.since = undefined;
    this.publish('');
    if (!this.isTold) return;
    this.isTold = false;
    const { name } = this.node.options;
    const lasted = formatDuration(Math.max(WINDOW_MS, Math.round(forMs / 1_000) * 1_000));
    this.node.events.emit('member-relieved', `${name} keeps up again after ${lasted}`, { details: { forMs } });
  }

  private publish(words: string): void {
    unawaited('the membership', this.node.session.update({ Overloaded: words }));
  }

  private plan(): void {
    this.cancel = this.clock.schedule(
      guarded('the look for an overload', () => this.look()),
      WINDOW_MS,
    );
  }
}

function none(): Counts {
  return { started: 0, late: 0, skipped: 0, latestMs: 0, delayMs: 0, placeMs: 0 };
}

/** The share of due checks that began late or not at all. */
function shareOf({ started, late, skipped }: Counts, waiting: number): number {
  if (started === 0) return waiting > 0 ? 1 : 0;
  return (late + skipped) / (started + skipped);
}

function inWords({ started, skipped, latestMs, delayMs, placeMs }: Counts): string {
  const percent = Math.round((skipped / Math.max(1, started + skipped)) * 100);
  const latest = formatDuration(Math.max(100, Math.round(latestMs / 100) * 100));
  const what =
    started === 0
      ? `no check began in ${formatDuration(WINDOW_MS)}`
      : `it skips ${percent} % of its due checks, and begins others up to ${latest} late`;
  const isShortOfPlaces = started === 0 || placeMs * 2 > delayMs;
  return `cannot keep up: ${what}; ${isShortOfPlaces ? 'raise --exec-concurrency, or ' : ''}start one more worker`;
}
