import {
  capped,
  type CheckResult,
  guarded,
  messageOf,
  type MonitorSettings,
  type ReadSecret,
  SecretUnavailable,
} from '@9volt/contracts';
import { type MonitorDefinition, monitorTypes, type ProbeContext } from '@9volt/monitors';
import { deadline, Stop } from '@9volt/process';
import { GRACE_MS, preparedMonitor } from './prepared-monitor.js';

export interface Execution {
  result: CheckResult;
  /** A probe must never do this: throw, or exceed its deadline. */
  defect?: Error;
}

/**
 * One check of a monitor. Never rejects: a defect of the probe is shown as `unknown`. When `signal` aborts, forget the result: it
 * says nothing about the target.
 */
export async function executeCheck(
  settings: MonitorSettings,
  context: ProbeContext,
  readSecret: ReadSecret,
  types: ReadonlyMap<string, MonitorDefinition> = monitorTypes,
): Promise<Execution> {
  const definition = types.get(settings.type);
  if (!definition) return defective(new Error(`this worker does not know the monitor type "${settings.type}"`), 0);
  const { signal } = context;
  const startedAt = performance.now();
  // The probe is also aborted when it exceeds its deadline.
  const stop = new Stop();
  const forward = guarded('the end of a check', () => stop.abort());
  if (signal.aborted) stop.abort();
  signal.addEventListener('abort', forward, { once: true });
  let cancel: (() => void) | undefined;
  try {
    const { limitMs, run } = preparedMonitor(definition, settings);
    const result = await new Promise<CheckResult>((resolve, reject) => {
      const outlasts = (): void => reject(new Error(`the ${settings.type} probe did not end within ${limitMs} ms`));
      // Counted from when its own limit can have fired: after a standstill of this worker both would be over at once.
      cancel = deadline(limitMs - GRACE_MS, () => (cancel = deadline(GRACE_MS, outlasts)));
      const own = { ...context };
      own.signal = stop;
      run(own, readSecret).then(resolve, reject);
    });
    return { result };
  } catch (error) {
    stop.abort();
    // Nothing is known about the target, and it is no defect of ours.
    if (error instanceof SecretUnavailable) return { result: unknown(error.message, performance.now() - startedAt) };
    const defect = error instanceof Error ? error : new Error(messageOf(error));
    return defective(defect, performance.now() - startedAt);
  } finally {
    cancel?.();
    signal.removeEventListener('abort', forward);
  }
}

function defective(defect: Error, latencyMs: number): Execution {
  return { result: unknown(`Internal error in the check: ${defect.message}`, latencyMs), defect };
}

function unknown(message: string, latencyMs: number): CheckResult {
  return { status: 'unknown', message: capped(message), latencyMs };
}
