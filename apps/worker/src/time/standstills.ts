import { guarded } from '@9volt/contracts';
import { openSync, readSync } from 'node:fs';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** How often this process looks for standstills, in milliseconds. */
const TICK_MS = 50;
/** A tick with less delay than this, or less waiting for a processor, does not count. */
const NOISE_MS = 5;
/** How long it keeps standstills: longer than checks may take is useless. */
const KEPT_MS = 10 * 60_000;
const MAX_KEPT = 4_000;

interface Standstill {
  /** Monotonic, milliseconds: between these two instants the process stood still for `ms`. */
  from: number;
  to: number;
  ms: number;
}

/** How long the main thread has waited for a processor since it started, in milliseconds; undefined if the system does not say. */
export type DeniedMs = () => number | undefined;

/**
 * Knows the standstills of this process: stopped, starved of processor time, or busy with one long piece of work. During one,
 * everything looks late, but is not. It compares a timer with the monotonic clock, and reads how long the main thread waited for a
 * processor.
 */
@Injectable()
export class Standstills implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly kept: Standstill[] = [];
  private timer: NodeJS.Timeout | undefined;
  private tickedAt: number;
  private deniedAtTick: number | undefined;
  private total = 0;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly denied: DeniedMs = runQueueWait(),
  ) {
    this.tickedAt = now();
    this.deniedAtTick = denied();
  }

  onApplicationBootstrap(): void {
    // The start itself does not count.
    this.tickedAt = this.now();
    this.deniedAtTick = this.denied();
    this.timer = setInterval(
      guarded('the look for standstills', () => this.look()),
      TICK_MS,
    ).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Total duration of all standstills, in milliseconds. */
  get totalMs(): number {
    return this.total;
  }

  /** Duration of standstills between two instants of `performance.now()`, in milliseconds; an upper bound. */
  within(from: number, to: number): number {
    // A timer of a check may fire before ours once the process continues.
    if (this.timer) this.look();
    let sum = 0;
    for (let index = this.kept.length - 1; index >= 0; index--) {
      const one = this.kept[index] as Standstill;
      if (one.to <= from) break;
      const overlap = Math.min(one.to, to) - Math.max(one.from, from);
      if (overlap > 0) sum += Math.min(one.ms, overlap);
    }
    return sum;
  }

  /** Records what happened since the last look. Public for tests, which have a clock of their own. */
  look(): void {
    const from = this.tickedAt;
    const to = this.now();
    const denied = this.denied();
    const waitedMs = denied === undefined || this.deniedAtTick === undefined ? 0 : denied - this.deniedAtTick;
    const ms = Math.min(to - from, Math.max(to - from - TICK_MS, waitedMs));
    this.tickedAt = to;
    this.deniedAtTick = denied;
    if (ms < NOISE_MS) return;
    this.total += ms;
    this.kept.push({ from, to, ms });
    const tooOld = this.kept.findIndex((one) => one.to > to - KEPT_MS);
    if (tooOld > 0 || this.kept.length > MAX_KEPT) this.kept.splice(0, Math.max(tooOld, this.kept.length - MAX_KEPT));
  }
}

/** The second number of Linux's `schedstat`: nanoseconds that a runnable thread spent waiting (kernel documentation, scheduler/sched-stats). */
function runQueueWait(path = '/proc/self/schedstat'): DeniedMs {
  let file: number | undefined;
  const buffer = Buffer.alloc(128);
  try {
    file = openSync(path, 'r');
  } catch {
    return () => undefined;
  }
  const descriptor = file;
  return () => {
    try {
      const [, waited] = buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0)).split(' ');
      return waited === undefined ? undefined : Number(waited) / 1e6;
    } catch {
      return undefined;
    }
  };
}
