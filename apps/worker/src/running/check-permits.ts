import { guarded } from '@9volt/contracts';
import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { type StopSignal, Turns } from '@9volt/process';

/** Descriptors that checks leave to etcd, channels, the listener, logs and modules that load late. */
export const RESERVED_FILES = 96;
/** A check uses a socket, a second one while it tries another address of a name, and sometimes a file or a pipe. */
const FILES_PER_CHECK = 2;
/** A check that took longer last time is slow. */
const SLOW_MS = 1_000;

const nothing = (): void => undefined;

/**
 * Limits the number of concurrent checks, so that the process never runs out of file descriptors. Later ones wait, first come,
 * first served; but slow checks get at most half of the permits, and of the others every second one goes to a check that was quick last time, so that
 * hanging targets never keep this worker from those that answer, even if none of them has run before.
 */
@Injectable()
export class CheckPermits {
  /** How many may run at once. */
  readonly max: number;
  private readonly maxSlow: number;
  private running = 0;
  private runningSlow = 0;
  private readonly turns = new Turns();
  private readonly endQuick = (): void => this.end(this.passQuick);
  private readonly endSlow = (): void => this.end(this.passSlow);
  private readonly passQuick = (): void => this.pass(false);
  private readonly passSlow = (): void => this.pass(true);
  /** Waiting checks that were quick last time, that never ran here, and that were slow. */
  private readonly quick: (() => void)[] = [];
  private readonly first: (() => void)[] = [];
  private readonly slow: (() => void)[] = [];
  /** Of the first two, which got the latest permit. */
  private latest: (() => void)[] | undefined;

  constructor(readonly files: number = openFilesLimit()) {
    this.max = permitsFor(files);
    this.maxSlow = Math.max(1, Math.floor(this.max / 2));
  }

  /** Number of waiting checks. */
  get waiting(): number {
    return this.quick.length + this.first.length + this.slow.length;
  }

  /** Resolves with a function that returns the permit; call it once. `lastMs` is how long the check took last time. Never rejects. */
  take(lastMs: number | undefined, signal: StopSignal): Promise<() => void> {
    const isSlow = (lastMs ?? 0) > SLOW_MS;
    if (this.hasFree(isSlow)) return Promise.resolve(this.begin(isSlow));
    const queue = isSlow ? this.slow : lastMs === undefined ? this.first : this.quick;
    return new Promise((resolve) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(this.begin(isSlow));
      };
      // An aborted check ends at once by itself.
      const giveUp = guarded('a check that waits', () => {
        queue.splice(queue.indexOf(turn), 1);
        resolve(nothing);
      });
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(turn);
    });
  }

  private hasFree(isSlow: boolean): boolean {
    return this.running < this.max && (!isSlow || this.runningSlow < this.maxSlow);
  }

  private begin(isSlow: boolean): () => void {
    this.running++;
    if (isSlow) this.runningSlow++;
    return isSlow ? this.endSlow : this.endQuick;
  }

  /** A waiting check that gets the permit may end at once and pass it on, so that thousands would follow one another without a pause. */
  private end(pass: () => void): void {
    if (this.waiting === 0) pass();
    else this.turns.add(pass);
  }

  private pass(isSlow: boolean): void {
    this.running--;
    if (isSlow) this.runningSlow--;
    this.next()?.();
  }

  private next(): (() => void) | undefined {
    if (this.slow.length > 0 && this.hasFree(true) && this.runningSlow * 2 <= this.running) return this.slow.shift();
    if (this.hasFree(false)) {
      const queues = this.latest === this.quick ? [this.first, this.quick] : [this.quick, this.first];
      this.latest = queues.find(({ length }) => length > 0);
      if (this.latest) return this.latest.shift();
    }
    return this.slow.length > 0 && this.hasFree(true) ? this.slow.shift() : undefined;
  }
}

/** How many checks may run at once in a process with this limit of open files. */
export function permitsFor(files: number): number {
  return Math.max(4, Math.floor((files - RESERVED_FILES) / FILES_PER_CHECK));
}

/** How many files this process may open, according to Linux (proc(5), `/proc/self/limits`); unlimited if it does not say. */
export function openFilesLimit(path = '/proc/self/limits'): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? Number.POSITIVE_INFINITY : Number(found);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
