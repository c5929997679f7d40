import { capped, type CheckResult, formatDuration } from '@9volt/contracts';

/** Shorter standstills decide nothing: timeouts are not that tight. */
const LEAST_MS = 20;
/** An answer of a target is less in doubt than a timeout. */
const LEAST_FOR_ANSWER_MS = 50;
/** As a share of the check: the rest is as good as all of it. */
const LEAST_SHARE = 0.1;
/** A success that a standstill made look this slow gets a note. */
const NOTED_MS = 100;

/** How a check went beside its result. Milliseconds. */
export interface RunTime {
  elapsedMs: number;
  /** How long this worker stood still meanwhile. */
  heldUpMs: number;
}

/**
 * Why a result is no evidence about the target, in words; undefined if it is. A success always is. A failure is not if this worker
 * stood still for a good part of the check, because the answer may have been there, or if this worker ran out of something.
 */
export function whyNoEvidence(result: CheckResult, { elapsedMs, heldUpMs }: RunTime): string | undefined {
  if (result.status === 'ok') return undefined;
  if (result.shortage !== undefined)
    return `this worker ran out of ${resourceOf(result.shortage)} (${result.shortage})`;
  if (heldUpMs < Math.max(isAnswer(result) ? LEAST_FOR_ANSWER_MS : LEAST_MS, elapsedMs * LEAST_SHARE)) return undefined;
  return heldUp(heldUpMs);
}

/**
 * Whether the target itself answered the failure. The worker repeats it like any other, but if no check was undisturbed, the answer
 * counts.
 */
export function isAnswer({ timed, shortage }: CheckResult): boolean {
  return timed === undefined && shortage === undefined;
}

/** Whether it matters for a result that this worker stood still meanwhile: not for a success that no standstill can have made look slow. */
export function isDisturbable({ status }: CheckResult, elapsedMs: number): boolean {
  return status !== 'ok' || elapsedMs >= NOTED_MS;
}

/** The result of a check that could not be judged, with `why` in words. */
export function unjudged(result: CheckResult, why: string): CheckResult {
  return {
    status: 'unknown',
    message: capped(why),
    latencyMs: result.latencyMs,
    note: capped(`last result, not counted: ${result.message}`),
    unjudged: true,
  };
}

/** The result of a check with a note on why it was repeated, or looks slow. */
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

/** A system code as a noun. */
export function resourceOf(code: string): string {
  return RESOURCES.get(code) ?? 'resources';
}

function heldUp(ms: number): string {
  return `this worker stood still for ${formatDuration(Math.max(1, Math.round(ms / 10) * 10))}`;
}
