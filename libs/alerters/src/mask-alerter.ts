import {
  isPlainObject,
  maskSettings,
  maskValue,
  unmaskSettings,
  type AlerterSettings,
  type Validated,
} from '@9volt/contracts';
import { alerterTypes } from './registry.js';

/** A copy with masked secret options: all options are masked if the type is unknown here. */
export function maskAlerter(settings: AlerterSettings): Record<string, unknown> {
  const definition = alerterTypes.get(settings.type);
  const options = isPlainObject(settings.options) ? settings.options : {};
  return {
    ...settings,
    options: definition ? maskSettings(definition.options, options) : maskValue(options),
  };
}

/** Like {@link unmaskSettings}, for an alerter as an operator wrote it. It never keeps secrets when the type changes. */
export function unmaskAlerter(incoming: unknown, stored: AlerterSettings | undefined, at = ''): Validated<unknown> {
  if (!isPlainObject(incoming)) return { ok: true, value: incoming };
  const definition = alerterTypes.get(String(incoming['type']));
  // Validation refuses the unknown type by name.
  if (!definition) return { ok: true, value: incoming };
  const before = stored?.type === definition.type ? stored.options : undefined;
  const options = unmaskSettings(definition.options, incoming['options'], before, {
    at: `${at}/options`,
    destination: definition.destination,
  });
  if (!options.ok) return options;
  return { ok: true, value: 'options' in incoming ? { ...incoming, options: options.value } : incoming };
}
