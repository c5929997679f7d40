import { attemptDelivery, testAlert, validateAlerter } from '@9volt/alerters';
import {
  type FieldError,
  messageOf,
  type ReadSecret,
  type RequestAnswer,
  type RequestBody,
  sentencesOf,
} from '@9volt/contracts';
import { type GuardedTargets, validateMonitor } from '@9volt/monitors';
import type { Programs } from '@9volt/process';
import type { IsolatedRuns } from '../running/isolated-runs.js';
import type { CheckRunner } from '../execution/check-runner.js';

export interface Answering {
  runner: Pick<CheckRunner, 'runNow'>;
  isolated: Pick<IsolatedRuns, 'execute'>;
  /** Display name of this worker. */
  worker: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** How long a provider may take to answer. */
  timeoutMs: number;
  readSecret: ReadSecret;
  programs: Programs;
  targets: GuardedTargets;
}

/** Carries out a request, once. Never rejects: the person who asked gets the error. */
export async function answerRequest(body: RequestBody, answering: Answering): Promise<RequestAnswer> {
  try {
    switch (body.kind) {
      case 'run':
        return { ok: true, result: await answering.runner.runNow(body.monitor, answering.signal) };
      case 'test-monitor':
        return await testMonitor(body, answering);
      case 'test-alerter':
        return await testAlerter(body, answering);
    }
  } catch (error) {
    return { ok: false, message: messageOf(error) };
  }
}

/**
 * Validated here, too: anybody who can write to etcd can ask. An unsaved configuration runs in its own process: if it kills that,
 * this one survives.
 */
async function testMonitor(
  { name, settings }: Extract<RequestBody, { kind: 'test-monitor' }>,
  { isolated, signal, readSecret, programs, targets }: Answering,
): Promise<RequestAnswer> {
  const validated = validateMonitor(name, settings);
  if (!validated.ok) return refused(validated.errors);
  const { result } = await isolated.execute(
    validated.value,
    { name, signal, programs, targets, isTrial: true },
    readSecret,
    {
      alone: true,
    },
  );
  return { ok: true, result };
}

async function testAlerter(
  { name, settings }: Extract<RequestBody, { kind: 'test-alerter' }>,
  { worker, programs, ...rest }: Answering,
): Promise<RequestAnswer> {
  const validated = validateAlerter(name, settings);
  if (!validated.ok) return refused(validated.errors);
  const alert = testAlert(name, worker, new Date().toISOString());
  const delivery = await attemptDelivery({
    settings: validated.value,
    alert,
    ...rest,
    programs: programs.rules,
    trial: true,
  });
  const { outcome, answer } = delivery;
  const notice = 'notice' in delivery && delivery.notice !== undefined ? `; ${delivery.notice}` : '';
  return { ok: true, delivery: { outcome, answer: `${answer}${notice}` } };
}

function refused(errors: readonly FieldError[]): RequestAnswer {
  return { ok: false, message: sentencesOf(errors) };
}
