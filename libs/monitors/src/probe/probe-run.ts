import {
  capped,
  type CertificateFacts,
  type CheckResult,
  formatDuration,
  MAX_PERFORMANCE_VALUES,
  NO_MESSAGE,
  type PerformanceValue,
  type Phases,
  type Status,
  type TargetAnswer,
  type Targets,
} from '@9volt/contracts';
import { CutShort, type Scope, scoped, type StopSignal } from '@9volt/process';
import { isOurs, shortageOf } from './error-words.js';
import { Unjudged } from './match-thread.js';

const MAX_WORDS = 200;
const NOTHING: ReadonlySet<string> = new Set();
const NO_CHAIN: readonly CertificateFacts[] = [];
const NO_VALUES: readonly PerformanceValue[] = [];

/** The input of every check: when it must end, and the only way out. */
export interface RunContext {
  signal: StopSignal;
  targets: Targets;
  isTrial?: boolean;
}

/** One run of a probe: its targets, its clock, its measured values, and its verdict. */
export class ProbeRun {
  readonly phases: Phases = {};
  certificate: CertificateFacts | undefined;
  /** The certificates above it in its chain, up to the trusted authority. */
  chain: readonly CertificateFacts[] = NO_CHAIN;
  /** What was measured. */
  performance: readonly PerformanceValue[] = NO_VALUES;
  /** What the target answered, for the person who tests. */
  answer: TargetAnswer | undefined;
  /** Oddities of an accepted answer: reported in one note, whatever the verdict. */
  odd: ReadonlySet<string> = NOTHING;
  /** What the check is waiting for, for the message of a timeout: `while connecting`. */
  stage = 'starting';
  private hasPhases = false;
  private readonly startedAt = performance.now();

  readonly signal: StopSignal;
  readonly targets: Targets;
  readonly isTrial: boolean;

  constructor({ signal, targets, isTrial = false }: RunContext) {
    this.signal = signal;
    this.targets = targets;
    this.isTrial = isTrial;
  }

  elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Adds to a phase: a check that follows redirects passes through each phase several times. */
  spent(phase: keyof Phases, sinceMs: number): void {
    this.hasPhases = true;
    this.phases[phase] = (this.phases[phase] ?? 0) + (performance.now() - sinceMs);
  }

  /** Does something for at most `limitMs`; the message of a timeout names the stage. Nothing it opened outlives it. */
  within<T>(limitMs: number, act: (scope: Scope) => Promise<T>): Promise<T> {
    return scoped(limitMs, this.signal, act, () => `timed out after ${formatDuration(limitMs)} while ${this.stage}`);
  }

  ok(): CheckResult {
    return this.verdict('ok', NO_MESSAGE);
  }

  failed(message: string, expected?: string, found?: string): CheckResult {
    return this.verdict('critical', message, expected, found);
  }

  /**
   * The verdict for an error. An abort, a lack of sockets or processes, and an expression that takes too long say nothing about the
   * target: then it is `unknown`.
   */
  failedWith(error: unknown, message: string, expected?: string, found?: string): CheckResult {
    if (this.signal.aborted || (error instanceof CutShort && error.reason === 'aborted')) {
      return this.verdict('unknown', 'aborted');
    }
    if (error instanceof Unjudged) return this.verdict('unknown', error.message, expected);
    return { ...this.couldNotStart(error, 'critical', message, expected, found), timed: true };
  }

  /** The verdict for an error that came before the target could be asked: as given, unless the error is about this worker. */
  couldNotStart(error: unknown, status: Status, message: string, expected?: string, found?: string): CheckResult {
    const shortage = shortageOf(error);
    const result = this.verdict(isOurs(error) ? 'unknown' : status, message, expected, found);
    return shortage === undefined ? result : { ...result, shortage };
  }

  /** A verdict of any kind: for probes that distinguish warning and critical. */
  verdict(status: Status, message: string, expected?: string, found?: string): CheckResult {
    const { certificate, odd, performance, answer } = this;
    const result: CheckResult = { status, message: capped(message), latencyMs: this.elapsedMs() };
    if (expected !== undefined) result.expected = capped(expected, MAX_WORDS);
    if (found !== undefined) result.found = capped(found, MAX_WORDS);
    if (this.hasPhases) result.phases = this.phases;
    if (certificate !== undefined) result.certificate = certificate;
    if (answer !== undefined) result.answer = answer;
    if (odd.size > 0) result.note = capped(`Odd in the answer: ${[...odd].join(', ')}`, MAX_WORDS);
    if (performance.length > 0) result.performance = performance.slice(0, MAX_PERFORMANCE_VALUES);
    return result;
  }
}
