import { maskAlerter, unmaskAlerter, validateAlerter } from '@9volt/alerters';
import {
  type AlerterSettings,
  type FieldError,
  isPlainObject,
  maskSettings,
  type MonitorSettings,
  unmaskSettings,
  type Validated,
} from '@9volt/contracts';
import { type MonitorDefinition, monitorTypes, validateMonitor } from '@9volt/monitors';

/** The differences between monitors and alerters, where both are stored, masked, compared and pushed alike. */
export interface SettingsKind<S> {
  /** Its name in the messages of the original. */
  word: 'check' | 'alerter';
  noun: 'monitor' | 'alerter';
  validate(name: string, raw: unknown, at: string): Validated<S>;
  /** The part that may be shown. */
  mask(settings: S): Record<string, unknown>;
  /** The input, with its masked secrets replaced by the stored ones. */
  unmask(raw: unknown, stored: S | undefined, at: string): Validated<unknown>;
}

export const monitorKind: SettingsKind<MonitorSettings> = {
  word: 'check',
  noun: 'monitor',
  validate: validateMonitor,
  mask: maskMonitor,
  unmask: unmaskMonitor,
};

export const alerterKind: SettingsKind<AlerterSettings> = {
  word: 'alerter',
  noun: 'alerter',
  validate: validateAlerter,
  mask: maskAlerter,
  unmask: unmaskAlerter,
};

export function maskMonitor(settings: MonitorSettings): Record<string, unknown> {
  const definition = monitorTypes.get(settings.type);
  // Without its class nobody knows which attributes are secret.
  return definition
    ? maskSettings(definition.settings, settings)
    : { type: settings.type, interval: settings.interval };
}

/**
 * A secret stays only while its destination and its protection stay the same: otherwise anybody who may edit a monitor could have
 * its headers sent to their own server. `stored` may be invalid, like a quarantined one.
 */
function unmaskMonitor(raw: unknown, stored: MonitorSettings | undefined, at: string): Validated<unknown> {
  const definition = isPlainObject(raw) ? monitorTypes.get(String(raw['type'])) : undefined;
  if (!definition) return { ok: true, value: raw };
  const before = stored?.type === definition.type ? stored : undefined;
  const { destination } = definition;
  const kept = unmaskSettings(definition.settings, raw, before, { at, destination });
  if (!kept.ok || before === undefined) return kept;
  const moved =
    targetIn(definition, kept.value) !== targetIn(definition, before)
      ? 'the target'
      : hostHeaderOf(kept.value) !== hostHeaderOf(before)
        ? 'the Host header'
        : undefined;
  if (moved === undefined) return kept;
  const given = unmaskSettings(definition.settings, raw, undefined, { at });
  return given.ok ? kept : { ok: false, errors: given.errors.map((error) => movedFault(error, moved)) };
}

function movedFault(error: FieldError, moved: string): FieldError {
  const name = error.path.slice(error.path.lastIndexOf('/') + 1);
  return { ...error, message: `${name}: enter it again, because ${moved} changes; expected ${error.expected}` };
}

/** Undefined if invalid settings name none: their validation says why. */
function targetIn(definition: MonitorDefinition, raw: unknown): string | undefined {
  try {
    return definition.target(raw as MonitorSettings);
  } catch {
    return undefined;
  }
}

/** It distinguishes servers behind one address. */
function hostHeaderOf(raw: unknown): string {
  const headers = isPlainObject(raw) && isPlainObject(raw['headers']) ? raw['headers'] : {};
  return JSON.stringify(
    Object.entries(headers)
      .filter(([name]) => /^host$/i.test(name))
      .map(([, value]) => value),
  );
}
