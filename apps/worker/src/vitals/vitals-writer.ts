import { Injectable } from '@nestjs/common';
import { messageOf, parseDuration, unawaited } from '@9volt/contracts';
import { type ChunkWrite, ClusterNode, ReconcileLoop } from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { HistoryWriter } from '../history/history-writer.js';
import { CheckMetrics } from '../measure/check-metrics.js';
import { Clock } from '../time/clock.js';
import { Chunks } from './chunks.js';
import { VitalsSource } from './vitals-source.js';

/** The keys of a chunk, written in turn: its recent history. */
const DUMPS_KEPT = 60;
/**
 * Every so many dumps, and whenever the names of a chunk change, a dump repeats the last result of each monitor without a new one:
 * an API that starts later finds when slow monitors were checked, and reads back only this many dumps for it.
 */
const REPEAT_EVERY = 10;

/**
 * Dumps the results since the last dump: a few keys, which no other process writes, for any number of checks. Not while this process
 * may not be a member: others may run the monitors by then, and the leader may have swept the vitals.
 */
@Injectable()
export class VitalsWriter {
  private readonly log: Logger;
  private readonly chunks: Chunks;
  /** Chunks whose index etcd does not have yet. */
  private readonly unwritten = new Set<number>();
  private dumps = 0;
  private lastDumpAt: number;
  private loop: ReconcileLoop | undefined;
  private everyMs = 0;
  private stopped = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly clock: Clock,
    private readonly source: VitalsSource,
    private readonly metrics: CheckMetrics,
    private readonly detachment: Detachment,
    private readonly history: HistoryWriter,
    logger: AppLogger,
  ) {
    this.log = logger.child('vitals');
    this.lastDumpAt = clock.now();
    // Higher than those of earlier processes, so that a reader never combines an old dump with a new index.
    this.chunks = new Chunks(Math.round(clock.now()));
  }

  start(): void {
    this.history.start();
    this.begin();
    this.node.onConfig(({ StateDumpInterval }) => {
      if (this.loop && parseDuration(StateDumpInterval) !== this.everyMs)
        unawaited(
          'the results',
          this.loop.stop().then(() => this.begin()),
        );
    });
  }

  private begin(): void {
    if (this.stopped) return;
    const everyMs = parseDuration(this.node.config.StateDumpInterval);
    this.everyMs = everyMs;
    this.loop = new ReconcileLoop(() => this.dump(), {
      everyMs,
      windowMs: everyMs * (0.5 + Math.random() / 2),
      onError: (error) =>
        this.log.warn('could not write the results (vitals) to etcd; will retry', { error: messageOf(error) }),
    });
    this.loop.trigger();
  }

  /** Dumps the rest. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.loop?.stop();
    await Promise.all([this.dump().catch(() => undefined), this.history.stop()]);
  }

  /** Writes one dump; keeps what etcd does not accept for the next. */
  async dump(): Promise<void> {
    if (!this.node.isMember || this.detachment.active) return;
    for (const chunk of this.chunks.update(this.source.names())) this.unwritten.add(chunk);
    const { stores, memberId } = this.node;
    const now = this.clock.now();
    const dump = this.dumps++ % DUMPS_KEPT;
    const isRepeating = dump % REPEAT_EVERY === 0;
    const writes: ChunkWrite[] = [];
    for (let chunk = 0; chunk < this.chunks.count; chunk++) {
      const index = this.chunks.index(chunk);
      const withIndex = this.unwritten.has(chunk);
      const entries = index.names.flatMap((name) => this.source.take(name, now, isRepeating || withIndex));
      // Even without a result: a dump shows that the owner is alive.
      writes.push({ chunk, dump, index, withIndex, entries, at: now });
    }
    await stores.vitals.dump(memberId, writes, (lost) => {
      for (const entry of lost.entries) this.source.giveBack(entry);
    });
    this.unwritten.clear();
    await this.reportLoad(now);
  }

  private async reportLoad(now: number): Promise<void> {
    const { started, latenessP99Ms } = this.metrics.take();
    const seconds = Math.max(0.001, (now - this.lastDumpAt) / 1_000);
    this.lastDumpAt = now;
    await this.node.session.update({
      Load: {
        checks: this.source.size,
        checksPerSecond: Math.round((started / seconds) * 100) / 100,
        latenessP99Ms: Math.round(latenessP99Ms * 10) / 10,
        overruns: this.metrics.overruns,
        ...this.source.lateness(now),
      },
    });
  }
}
