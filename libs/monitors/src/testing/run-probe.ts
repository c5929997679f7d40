import type { CheckResult, MonitorSettings } from '@9volt/contracts';
import { Programs } from '@9volt/process';
import { GuardedTargets } from '../net/guarded-targets.js';
import { monitorTypes } from '../registry.js';
import { validateMonitor } from '../validate-monitor.js';
import type { MonitorDefinition, ProbeContext } from '../define-monitor.js';

/** Attributes as an operator writes them. */
export type Written = Record<string, unknown>;

/** The settings and definition of a monitor as written; default interval: a minute. */
export function monitorOf(written: Written): { definition: MonitorDefinition; settings: MonitorSettings } {
  const validated = validateMonitor('under-test', { interval: '1m', ...written });
  if (!validated.ok) throw new Error(validated.errors.map((error) => error.message).join('\n'));
  return { definition: monitorTypes.get(String(written['type'])) as MonitorDefinition, settings: validated.value };
}

/** One check of a monitor as written, by a worker that permits any program, with more context if given. */
export function runProbe(
  written: Written,
  signal: AbortSignal = new AbortController().signal,
  more: Partial<ProbeContext> = {},
): Promise<CheckResult> {
  const { definition, settings } = monitorOf(written);
  return definition.prepare(settings)({
    name: 'under-test',
    signal,
    programs: new Programs('any', 100),
    targets: new GuardedTargets(),
    ...more,
  });
}

/** The errors of a monitor as written; empty if it is valid. */
export function faultsOf(written: Written): string[] {
  const validated = validateMonitor('under-test', { interval: '1m', ...written });
  return validated.ok ? [] : validated.errors.map((error) => error.message);
}
