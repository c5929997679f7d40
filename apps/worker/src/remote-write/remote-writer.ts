import type { CheckResult } from '@9volt/contracts';
import { encodeRequest, type ProtocolVersion } from './encode-request.js';
import { ResultQueue } from './result-queue.js';
import type { SendOutcome } from './send-request.js';
import { type MeasuredResult, measured, seriesOf } from './series.js';

export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves early at the end of the writer. */
  pause: (ms: number) => Promise<void>;
  send: (version: ProtocolVersion, body: Buffer) => Promise<SendOutcome>;
  log: (message: string) => void;
  /** Results wait or get lost; called once until it has caught up. */
  onBehind: (reason: string) => void;
  onCaughtUp: (lost: number) => void;
}

/** Some 10 MB. */
export const MAX_QUEUED = 50_000;
const MAX_BATCH = 1_000;
/** A batch that is not full leaves after this time. */
const BATCH_EVERY_MS = 2_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A receiver may ask for a longer pause, up to this. */
const LONGEST_ASKED_MS = 600_000;
/** A receiver that takes nothing for so long is worth an event. */
const BEHIND_MS = 60_000;

/** Sends results to a receiver in batches, one at a time and in order, and keeps a bounded number of them while it takes none. */
export class RemoteWriter {
  readonly queue = new ResultQueue(MAX_QUEUED);
  /** Results, and attempts that failed, since the process started. */
  stored = 0;
  rejected = 0;
  failures = 0;
  private version: ProtocolVersion = 2;
  private stopped = false;
  private failingSince: number | undefined;
  private isBehind = false;
  private lostBefore = 0;

  constructor(private readonly around: Surroundings) {}

  take(monitor: string, type: string, result: CheckResult, startedAt: number): void {
    if (!this.queue.add(measured(monitor, type, result, startedAt))) this.tellBehind('results are dropped');
  }

  /** Ends with the present attempt, after one attempt with what waits. */
  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      if (this.queue.size < MAX_BATCH) await this.around.pause(BATCH_EVERY_MS);
      const batch = this.queue.take(MAX_BATCH);
      if (batch.length > 0) await this.deliver(batch);
    }
  }

  /** Returns once the batch is stored, or nobody wants it. */
  private async deliver(batch: readonly MeasuredResult[]): Promise<void> {
    const { now, log, pause } = this.around;
    const series = seriesOf(batch);
    let body: { version: ProtocolVersion; bytes: Buffer } | undefined;
    const bodyOf = (version: ProtocolVersion): Buffer => {
      if (body?.version !== version) body = { version, bytes: encodeRequest(version, series) };
      return body.bytes;
    };
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const told = await this.attempt(batch, bodyOf);
      if (told.outcome !== 'retry') return;
      this.failures++;
      if (this.stopped) return;
      this.failingSince ??= now();
      log(`cannot write, and will try again: ${told.reason}`);
      if (now() - this.failingSince >= BEHIND_MS) this.tellBehind(told.reason);
      const askedMs = Math.min(told.afterMs ?? 0, LONGEST_ASKED_MS);
      await pause(Math.max(askedMs, pauseMs * (0.5 + Math.random() / 2)));
    }
  }

  private async attempt(
    batch: readonly MeasuredResult[],
    bodyOf: (version: ProtocolVersion) => Buffer,
  ): Promise<SendOutcome> {
    let told = await this.around.send(this.version, bodyOf(this.version));
    if (told.outcome === 'unsupported' && this.version === 2) {
      this.around.log('the receiver does not take remote write 2.0: using 1.0');
      this.version = 1;
      told = await this.around.send(1, bodyOf(1));
    }
    if (told.outcome === 'stored') this.stored += batch.length;
    if (told.outcome === 'rejected') {
      this.rejected += batch.length;
      this.around.log(`the receiver rejected ${batch.length} results: ${told.reason}`);
    }
    if (told.outcome !== 'retry') this.tellCaughtUp();
    return told;
  }

  private tellBehind(reason: string): void {
    if (this.isBehind) return;
    this.isBehind = true;
    this.lostBefore = Math.max(0, this.queue.dropped - 1);
    this.around.onBehind(reason);
  }

  private tellCaughtUp(): void {
    this.failingSince = undefined;
    if (!this.isBehind || this.queue.size >= MAX_BATCH) return;
    this.isBehind = false;
    this.around.onCaughtUp(this.queue.dropped - this.lostBefore);
  }
}
