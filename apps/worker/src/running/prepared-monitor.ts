import {
  type CheckResult,
  type MonitorSettings,
  ownOf,
  type ReadSecret,
  referencesIn,
  resolveSecrets,
  resultWithoutSecrets,
  secretNames,
  textsIn,
} from '@9volt/contracts';
import type { MonitorDefinition, PreparedCheck, ProbeContext } from '@9volt/monitors';

/** How long a probe may exceed its deadline before it is given up. */
export const GRACE_MS = 1_000;

/** The common part of all checks of one revision of a monitor. */
export interface PreparedMonitor {
  /** Longest duration of a check, including the grace. */
  limitMs: number;
  /** Reads the secrets that the settings refer to at each check, and masks them in its result. */
  run: (context: ProbeContext, readSecret: ReadSecret) => Promise<CheckResult>;
}

interface Kept {
  definition: MonitorDefinition;
  monitor: PreparedMonitor;
}

/** By the settings object; each revision has its own, so prepared checks vanish with it. */
const kept = new WeakMap<MonitorSettings, Kept>();

/** Throws what the type throws. */
export function preparedMonitor(definition: MonitorDefinition, settings: MonitorSettings): PreparedMonitor {
  const known = kept.get(settings);
  if (known?.definition === definition) return known.monitor;
  const monitor = { limitMs: definition.deadlineMs(settings) + GRACE_MS, run: runOf(definition, settings) };
  kept.set(settings, { definition, monitor });
  return monitor;
}

function runOf(definition: MonitorDefinition, settings: MonitorSettings): PreparedMonitor['run'] {
  const names = secretNames(definition.settings).filter((name) => refersToSecret(settings, name));
  if (names.length === 0) return definition.prepare(settings);
  let last: { check: PreparedCheck; secrets: readonly string[] } | undefined;
  return async (context, readSecret) => {
    const { settings: known, secrets } = await resolveSecrets(settings, names, readSecret);
    if (!last || !isSame(last.secrets, secrets)) last = { check: definition.prepare(known), secrets };
    return resultWithoutSecrets(await last.check(context), secrets);
  };
}

function refersToSecret(settings: MonitorSettings, name: string): boolean {
  return textsIn(ownOf(settings as unknown as Record<string, unknown>, name)).some(
    (text) => referencesIn(text).length > 0,
  );
}

function isSame(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && now.every((secret, index) => secret === before[index]);
}
