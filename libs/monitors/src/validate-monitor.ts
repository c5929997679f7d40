import {
  isPlainObject,
  type MonitorSettings,
  MonitorSettings as CommonSettings,
  nameFault,
  noMapFault,
  referenceFaults,
  secretNames,
  unknownName,
  validateSettings,
  type Validated,
  fault,
} from '@9volt/contracts';
import { monitorTypes } from './registry.js';

/**
 * Validates a monitor as an operator wrote it. The caller checks whether its alerters exist. `at` is the JSON pointer of `raw` in
 * the document that the person wrote.
 */
export function validateMonitor(name: string, raw: unknown, at = ''): Validated<MonitorSettings> {
  const badName = nameFault('monitor', name);
  if (badName) return { ok: false, errors: [{ ...badName, path: at }] };
  if (!isPlainObject(raw)) return { ok: false, errors: [noMapFault(at, raw, 'a map of attributes')] };
  const type = raw['type'];
  const definition = typeof type === 'string' ? monitorTypes.get(type) : undefined;
  if (definition) {
    const validated = validateSettings(definition.settings, raw, at);
    const faults = validated.ok ? referenceFaults(validated.value, secretNames(definition.settings), at) : [];
    return faults.length === 0 ? validated : { ok: false, errors: faults };
  }
  if (typeof type === 'string' && type !== '') {
    return { ok: false, errors: [unknownName(`${at}/type`, 'type', type, monitorTypes.keys())] };
  }
  // Without a type only the common attributes can be judged.
  const common = validateSettings(CommonSettings, { ...pickCommon(raw) }, at);
  return common.ok ? { ok: false, errors: [fault(`${at}/type`, type, 'a type')] } : common;
}

function pickCommon(raw: Record<string, unknown>): Record<string, unknown> {
  return { interval: raw['interval'], type: raw['type'] };
}
