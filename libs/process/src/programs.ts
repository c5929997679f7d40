import { programRefusal, type ProgramRules } from '@9volt/contracts';
import { scoped } from './scope.js';
import type { StopSignal } from './stop-signal.js';

/** The programs of the exec monitors of one worker: which it may run, and how many at once. */
export class Programs {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private unlimited: Programs | undefined;

  constructor(
    readonly rules: ProgramRules,
    readonly atOnce: number,
  ) {}

  /** The same rules for whoever has a place already. */
  get withPlace(): Programs {
    return (this.unlimited ??= new Programs(this.rules, Number.POSITIVE_INFINITY));
  }

  /** Why a program may not run here; undefined if it may. */
  refusal(command: string): string | undefined {
    return programRefusal(this.rules, command);
  }

  /**
   * Runs `act` once fewer than `atOnce` are running, first come, first served. Rejects with `CutShort` if `signal` aborts before,
   * or that takes longer than `limitMs`.
   */
  async inTurn<T>(limitMs: number, signal: StopSignal, act: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running++;
    else await this.wait(limitMs, signal);
    try {
      return await act();
    } finally {
      this.leave();
    }
  }

  /**
   * Takes a place, first come, first served, however long that takes. Resolves with a function that returns it; call it once. Never
   * rejects: when `signal` aborts, it resolves at once.
   */
  async place(signal: StopSignal): Promise<() => void> {
    if (this.running < this.atOnce) {
      this.running++;
      return () => this.leave();
    }
    try {
      await this.wait(Number.POSITIVE_INFINITY, signal);
      return () => this.leave();
    } catch {
      return () => undefined;
    }
  }

  /** A finished program passes its place to the first waiting one. */
  private async wait(limitMs: number, signal: StopSignal): Promise<void> {
    let admit: () => void = () => undefined;
    const admitted = new Promise<void>((resolve) => (admit = resolve));
    this.queue.push(admit);
    try {
      await scoped(limitMs, signal, () => admitted);
    } catch (error) {
      const place = this.queue.indexOf(admit);
      if (place >= 0) this.queue.splice(place, 1);
      // Admitted in the moment in which it gave up.
      else this.leave();
      throw error;
    }
  }

  private leave(): void {
    const admitNext = this.queue.shift();
    if (admitNext) admitNext();
    else this.running--;
  }
}
