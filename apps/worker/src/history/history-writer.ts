import { setImmediate as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { messageOf, type Sample, type Tally, WRITES_A_MINUTE } from '@9volt/contracts';
import {
  chunksOf,
  ClusterNode,
  digestOf,
  encodeTallies,
  EtcdError,
  type MinuteChunk,
  ReconcileLoop,
} from '@9volt/etcd-dal';
import { AppLogger, type Logger } from '@9volt/platform';
import { Detachment } from '../ledger/detachment.js';
import { HistoryLog } from '../measure/history-log.js';
import type { MinuteLog } from '../measure/minute-log.js';
import { OwnedMonitors } from '../owned/owned-monitors.js';

/** Monitors of one key. */
const CHUNK = 1_000;
/** Results of one key, and of one monitor in it; the rest is only counted. */
const MAX_CHUNK_RESULTS = 20_000;
const MAX_RESULTS = 100;
/** Minutes that etcd did not accept wait in memory up to this size; then the oldest are lost. */
const MAX_WAITING_BYTES = 32 * 1_048_576;

interface Waiting {
  n: number;
  chunks: MinuteChunk[];
  bytes: number;
}

/**
 * Writes the minutes of this worker to etcd: one key for 1,000 monitors, and never one for a result. It repeats the running minute a few
 * times, and keeps what it cannot write until it can.
 */
@Injectable()
export class HistoryWriter {
  private readonly log: Logger;
  private readonly waiting: Waiting[] = [];
  /** Digests that this process wrote about the running minute. */
  private written: { n: number; digests: Set<string> } = { n: 0, digests: new Set() };
  /** Lists of names that etcd has; they stay while something refers to them. */
  private named = new Set<string>();
  private chunks: { names: string[]; digest: string }[] = [];
  private known = new Set<string>();
  private loop: ReconcileLoop | undefined;
  private denied = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly monitors: OwnedMonitors,
    private readonly history: HistoryLog,
    private readonly detachment: Detachment,
    logger: AppLogger,
  ) {
    this.log = logger.child('history');
  }

  start(): void {
    const everyMs = this.node.stores.history.periods.minute / WRITES_A_MINUTE;
    this.loop = new ReconcileLoop(() => this.write(), {
      everyMs,
      windowMs: everyMs * Math.random(),
      onError: (error) => this.failed(error),
    });
    this.loop.trigger();
  }

  /** Writes the rest. */
  async stop(): Promise<void> {
    await this.loop?.stop();
    await this.write().catch(() => undefined);
  }

  /** Writes all that is known; keeps what etcd does not accept. */
  async write(): Promise<void> {
    for (const log of this.history.takeEnded()) this.keep(log.n, await this.encoded(log));
    if (!this.node.isMember || this.detachment.active) {
      // Others may remove lists of names that nothing refers to.
      this.named.clear();
      return;
    }
    try {
      for (let minute = this.waiting[0]; minute; minute = this.waiting[0]) {
        await this.send(minute.n, minute.chunks);
        this.waiting.shift();
      }
      const { running } = this.history;
      if (running) await this.send(running.n, await this.encoded(running));
    } catch (error) {
      this.named.clear();
      throw error;
    }
  }

  private async send(n: number, chunks: readonly MinuteChunk[]): Promise<void> {
    const digests = new Set(chunks.map(({ digest }) => digest));
    const before = this.written.n === n ? this.written.digests : new Set<string>();
    const obsolete = [...before].filter((digest) => !digests.has(digest));
    this.written = { n, digests: new Set([...before, ...digests]) };
    const fresh = chunks.map((chunk) => ({ ...chunk, isNew: !this.named.has(chunk.digest) }));
    await this.node.stores.history.writeMinute(this.node.memberId, { n, chunks: fresh, obsolete });
    this.written = { n, digests };
    this.named = digests;
  }

  /** The values of a minute. Other work goes on between the chunks. */
  private async encoded(log: MinuteLog): Promise<MinuteChunk[]> {
    const { minute } = this.node.stores.history.periods;
    const encoded: MinuteChunk[] = [];
    for (const { names, digest } of this.chunksFor(log)) {
      const tallies = new Map<string, Tally>();
      const results = new Map<string, Sample[]>();
      const most = Math.max(1, Math.min(MAX_RESULTS, Math.floor(MAX_CHUNK_RESULTS / names.length)));
      for (const name of names) {
        const tally = log.tally(name);
        if (tally) tallies.set(name, tally);
        const samples = log.samples(name, most);
        if (samples.length > 0) results.set(name, samples);
      }
      if (tallies.size === 0 && results.size === 0) continue;
      const value = encodeTallies({ names, tallies, results, from: Math.floor(log.n * minute), unitMs: 1 });
      encoded.push({ names, digest, value, isNew: true });
      await pause();
    }
    return encoded;
  }

  /** The monitors of this worker, and those that it checked in this minute. The chunks change only if the monitors do. */
  private chunksFor(log: MinuteLog): readonly { names: string[]; digest: string }[] {
    const names = new Set(this.monitors.names());
    for (const name of log.names()) names.add(name);
    if (names.size !== this.known.size || [...names].some((name) => !this.known.has(name))) {
      this.known = names;
      this.chunks = chunksOf(names, CHUNK).map((chunk) => ({ names: chunk, digest: digestOf(chunk) }));
    }
    return this.chunks;
  }

  private keep(n: number, chunks: MinuteChunk[]): void {
    this.waiting.push({ n, chunks, bytes: chunks.reduce((sum, { value }) => sum + value.length, 0) });
    let bytes = this.waiting.reduce((sum, minute) => sum + minute.bytes, 0);
    let lost = 0;
    for (; bytes > MAX_WAITING_BYTES; lost++) bytes -= this.waiting.shift()?.bytes ?? bytes;
    if (lost > 0) this.log.warn(`etcd was away for too long: the history lacks ${lost} minutes of this worker`);
  }

  private failed(error: unknown): void {
    const denied = error instanceof EtcdError && error.kind === 'denied';
    if (denied && this.denied) return;
    this.denied = denied;
    this.log.warn('could not write the history to etcd; will retry', { error: messageOf(error) });
    if (!denied) return;
    this.node.events.emit(
      'warning',
      'this user of etcd may not write the history of monitors: run etcd/create-access.sh of this version',
    );
  }
}
