import { Injectable } from '@nestjs/common';
import { capped, type CheckResult, MAX_SAMPLES, NO_MESSAGE, type Sample, type VitalsEntry } from '@9volt/contracts';

type Collected = Pick<VitalsEntry, 'samples' | 'runs' | 'overruns'>;

const MAX_SAMPLE_MESSAGE = 200;

/** The results since the last dump: the newest ones of each monitor, and complete counts. */
@Injectable()
export class VitalsBuffer {
  private readonly collected = new Map<string, Collected>();
  /** The newest result of each monitor that was taken out. */
  private readonly taken = new Map<string, Sample>();
  private readonly listeners = new Set<(monitor: string) => void>();

  /** Called after each result, with the name of its monitor. Must not throw or block. */
  onResult(listener: (monitor: string) => void): void {
    this.listeners.add(listener);
  }

  ran(name: string, result: CheckResult, startedAt: number): void {
    const of = this.of(name);
    of.runs++;
    const before = of.samples.at(-1);
    if (before) of.samples[of.samples.length - 1] = asHistory(before);
    of.samples.push(sampleOf(result, startedAt));
    if (of.samples.length > MAX_SAMPLES) of.samples.shift();
    for (const listener of this.listeners) listener(name);
  }

  overran(name: string, count: number): void {
    this.of(name).overruns += count;
  }

  /** The newest result since the last dump. */
  latest(name: string): Sample | undefined {
    return this.collected.get(name)?.samples.at(-1);
  }

  /** The newest result that is known here. */
  newest(name: string): Sample | undefined {
    return this.latest(name) ?? this.taken.get(name);
  }

  forget(name: string): void {
    this.collected.delete(name);
    this.taken.delete(name);
  }

  /** Takes out the collected results of a monitor. `repeat`: without a new one, its last result once more. */
  take(name: string, repeat = false): Collected | undefined {
    const found = this.collected.get(name);
    this.collected.delete(name);
    const last = found?.samples.at(-1) ?? this.taken.get(name);
    if (!last) return found;
    this.taken.set(name, last);
    if (!repeat || found?.samples.length) return found;
    return { runs: 0, overruns: 0, ...found, samples: [last] };
  }

  /** Puts back the results of a failed dump. */
  giveBack({ name, samples, runs, overruns }: VitalsEntry): void {
    const of = this.of(name);
    of.runs += runs;
    of.overruns += overruns;
    // Only a repeated result.
    if (runs === 0) return;
    const older = of.samples.length > 0 ? samples.map(asHistory) : samples;
    of.samples = [...older, ...of.samples].slice(-MAX_SAMPLES);
  }

  private of(name: string): Collected {
    let of = this.collected.get(name);
    if (!of) this.collected.set(name, (of = { samples: [], runs: 0, overruns: 0 }));
    return of;
  }
}

function sampleOf(
  { status, latencyMs, message, phases, performance, note, unjudged }: CheckResult,
  at: number,
): Sample {
  const sample: Sample = { at, latencyMs, status };
  if (message !== NO_MESSAGE) sample.message = capped(message, MAX_SAMPLE_MESSAGE);
  if (phases) sample.phases = phases;
  if (note !== undefined) sample.note = capped(note, MAX_SAMPLE_MESSAGE);
  if (unjudged) sample.unjudged = unjudged;
  if (performance?.length) sample.performance = performance;
  return sample;
}

/**
 * The form of a sample once there is a newer one: without values that only matter in the latest result and differ with every check.
 */
function asHistory(sample: Sample): Sample {
  if (sample.performance === undefined && (sample.status !== 'ok' || sample.message === undefined)) return sample;
  const kept = { ...sample };
  delete kept.performance;
  if (kept.status === 'ok') delete kept.message;
  return kept;
}
