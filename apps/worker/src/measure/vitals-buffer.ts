import { Injectable } from '@nestjs/common';
import { type CheckResult, MAX_SAMPLES, type Sample, type VitalsEntry } from '@9volt/contracts';
import { NO_ROW, SampleRows } from './sample-rows.js';

type Collected = Pick<VitalsEntry, 'samples' | 'runs' | 'overruns'>;

/** Of one monitor. */
interface Kept {
  /** The newest sample, from which the older ones follow: the newest stays when they are taken out. */
  newest: number;
  /** How many came since the last dump. */
  fresh: number;
  runs: number;
  overruns: number;
}

/** The results since the last dump: the newest ones of each monitor, and complete counts. */
@Injectable()
export class VitalsBuffer {
  private readonly kept = new Map<string, Kept>();
  private readonly rows = new SampleRows();
  private readonly listeners = new Set<(monitor: string) => void>();

  /** Called after each result, with the name of its monitor. Must not throw or block. */
  onResult(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  ran(name: string, result: CheckResult, startedAt: number): void {
    const of = this.of(name);
    of.runs++;
    this.add(of, result, startedAt);
    for (const listener of this.listeners) listener(name);
  }

  overran(name: string, count: number): void {
    this.of(name).overruns += count;
  }

  /** The newest result since the last dump. */
  latest(name: string): Sample | undefined {
    const of = this.kept.get(name);
    return of && of.fresh > 0 ? this.rows.read(of.newest) : undefined;
  }

  /** The newest result that is known here. */
  newest(name: string): Sample | undefined {
    const of = this.kept.get(name);
    return of && of.newest !== NO_ROW ? this.rows.read(of.newest) : undefined;
  }

  forget(name: string): void {
    const of = this.kept.get(name);
    if (of) this.rows.drop(of.newest);
    this.kept.delete(name);
  }

  /** Takes out the collected results of a monitor. `repeat`: without a new one, its last result once more. */
  take(name: string, repeat = false): Collected | undefined {
    const of = this.kept.get(name);
    if (!of) return undefined;
    const { runs, overruns, fresh, newest } = of;
    const repeats = repeat && fresh === 0 && newest !== NO_ROW;
    if (runs === 0 && overruns === 0 && fresh === 0 && !repeats) return undefined;
    const samples = repeats ? [this.rows.read(newest)] : this.freshOf(of);
    if (fresh > 0) this.rows.dropBefore(newest);
    of.fresh = of.runs = of.overruns = 0;
    return { runs, overruns, samples };
  }

  /** Puts back the results of a failed dump. */
  giveBack({ name, samples, runs, overruns }: VitalsEntry): void {
    const of = this.of(name);
    of.runs += runs;
    of.overruns += overruns;
    // Only a repeated result.
    if (runs === 0) return;
    const later = this.freshOf(of);
    this.rows.drop(of.newest);
    of.newest = NO_ROW;
    of.fresh = 0;
    for (const sample of [...samples, ...later].slice(-MAX_SAMPLES)) this.add(of, sample, sample.at);
  }

  private add(of: Kept, result: CheckResult | Sample, startedAt: number): void {
    const { rows } = this;
    if (of.fresh === 0) {
      rows.drop(of.newest);
      of.newest = NO_ROW;
    } else rows.age(of.newest);
    of.newest = rows.add(result, startedAt, of.newest);
    of.fresh++;
    if (of.fresh <= MAX_SAMPLES) return;
    let oldest = of.newest;
    for (let n = 1; n < MAX_SAMPLES; n++) oldest = rows.beforeOf(oldest);
    rows.dropBefore(oldest);
    of.fresh = MAX_SAMPLES;
  }

  /** Oldest first. */
  private freshOf({ newest, fresh }: Kept): Sample[] {
    const samples: Sample[] = [];
    for (let row = newest; samples.length < fresh; row = this.rows.beforeOf(row)) samples.push(this.rows.read(row));
    return samples.reverse();
  }

  private of(name: string): Kept {
    let of = this.kept.get(name);
    if (!of) this.kept.set(name, (of = { newest: NO_ROW, fresh: 0, runs: 0, overruns: 0 }));
    return of;
  }
}
