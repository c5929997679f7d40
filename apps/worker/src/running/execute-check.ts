import {
  capped,
  type CheckResult,
  messageOf,
  type MonitorSettings,
  type ReadSecret,
  resolveSecrets,
  resultWithoutSecrets,
  secretNames,
  SecretUnavailable,
} from '@9volt/contracts';
import { type MonitorDefinition, monitorTypes, type ProbeContext } from '@9volt/monitors';

export interface Execution {
  result: CheckResult;
  /** What a probe must never do: throw, or outlast its deadline. */
  defect?: Error;
}

/** How much longer than its deadline a probe may take to notice it before it is given up. */
export const GRACE_MS = 1_000;
const LONGEST_TIMER_MS = 24 * 86_400_000;

/**
 * One run of a monitor. Never rejects: a defect of the probe is shown as `unknown`. When `signal` aborts, the result tells nothing of
 * the target and is to be forgotten.
 */
export async function executeCheck(
  settings: MonitorSettings,
  { signal, ...given }: ProbeContext,
  readSecret: ReadSecret,
  types: ReadonlyMap<string, MonitorDefinition> = monitorTypes,
): Promise<Execution> {
  const definition = types.get(settings.type);
  if (!definition) return defective(new Error(`this worker does not know the monitor type "${settings.type}"`), 0);
  const startedAt = performance.now();
  // Not AbortSignal.any: it would tie each run to a signal that lives as long as the process.
  const abort = new AbortController();
  const forward = (): void => abort.abort();
  let timer: NodeJS.Timeout | undefined;
  try {
    if (signal.aborted) abort.abort();
    signal.addEventListener('abort', forward, { once: true });
    const limitMs = definition.deadlineMs(settings) + GRACE_MS;
    const outlasted = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the ${settings.type} probe did not end within ${limitMs} ms`)),
        Math.min(limitMs, LONGEST_TIMER_MS),
      );
    });
    const context = { ...given, signal: abort.signal };
    return { result: await Promise.race([probe(definition, settings, context, readSecret), outlasted]) };
  } catch (error) {
    abort.abort();
    // Nothing is known of the target, and it is no defect of ours.
    if (error instanceof SecretUnavailable) return { result: unknown(error.message, performance.now() - startedAt) };
    const defect = error instanceof Error ? error : new Error(messageOf(error));
    return defective(defect, performance.now() - startedAt);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

async function probe(
  definition: MonitorDefinition,
  written: MonitorSettings,
  context: ProbeContext,
  readSecret: ReadSecret,
): Promise<CheckResult> {
  const { settings, secrets } = await resolveSecrets(written, secretNames(definition.settings), readSecret);
  return resultWithoutSecrets(await definition.probe(settings, context), secrets);
}

function defective(defect: Error, latencyMs: number): Execution {
  return { result: unknown(`Internal error in the check: ${defect.message}`, latencyMs), defect };
}

function unknown(message: string, latencyMs: number): CheckResult {
  return { status: 'unknown', message: capped(message), latencyMs };
}
