import { capped, type CheckResult, formatDuration } from '@9volt/contracts';

/** Shorter standstills decide nothing: limits of checks are not that tight. */
const LEAST_MS = 20;
/** An answer that a target gave is less in doubt than a limit that passed. */
const LEAST_FOR_ANSWER_MS = 50;
/** As a share of the run: what remains is as good as all of it. */
const LEAST_SHARE = 0.1;
/** A success that a standstill made look this slow has a note that says so. */
const NOTED_MS = 100;

/** How a run went beside its result. Milliseconds. */
export interface RunTime {
  elapsedMs: number;
  /** How long this worker stood still meanwhile. */
  heldUpMs: number;
}

/**
 * Why a result is no evidence about the target, in words; undefined when it is. A success always is. A failure is none while this worker
 * stood still for a good part of the run: the answer may have been there. Nor is it when this worker ran out of something.
 */
export function whyNoEvidence(result: CheckResult, { elapsedMs, heldUpMs }: RunTime): string | undefined {
  if (result.status === 'ok') return undefined;
  if (result.shortage !== undefined)
    return `this worker ran out of ${resourceOf(result.shortage)} (${result.shortage})`;
  if (heldUpMs < Math.max(isAnswer(result) ? LEAST_FOR_ANSWER_MS : LEAST_MS, elapsedMs * LEAST_SHARE)) return undefined;
  return heldUp(heldUpMs);
}

/** Whether a failure is what the target answered. It is repeated like any other, but when no run was undisturbed, the answer counts. */
export function isAnswer({ timed, shortage }: CheckResult): boolean {
  return timed === undefined && shortage === undefined;
}

/** The result of a run that could not be judged, `why` in words. */
export function unjudged(result: CheckResult, why: string): CheckResult {
  return {
    status: 'unknown',
    message: capped(why),
    latencyMs: result.latencyMs,
    note: capped(`last result, not counted: ${result.message}`),
    unjudged: true,
  };
}

/** The result of a run with a word on why it was repeated, or looks slow. */
export function annotated(result: CheckResult, repeatedFor: string | undefined, { heldUpMs }: RunTime): CheckResult {
  const why = repeatedFor === undefined ? undefined : `checked again: ${repeatedFor}`;
  const slow = why === undefined && heldUpMs >= NOTED_MS ? `${heldUp(heldUpMs)} during this check` : why;
  if (slow === undefined) return result;
  return { ...result, note: capped(result.note === undefined ? slow : `${result.note}; ${slow}`) };
}

const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['EAGAIN', 'processes'],
  ['EMFILE', 'file descriptors'],
  ['ENFILE', 'file descriptors, as did the whole machine'],
  ['ENOBUFS', 'buffers of the network'],
  ['ENOMEM', 'memory'],
  ['EADDRNOTAVAIL', 'local ports'],
]);

/** What a code of the system stands for, as a noun. */
export function resourceOf(code: string): string {
  return RESOURCES.get(code) ?? 'resources';
}

function heldUp(ms: number): string {
  return `this worker stood still for ${formatDuration(Math.max(1, Math.round(ms / 10) * 10))}`;
}
