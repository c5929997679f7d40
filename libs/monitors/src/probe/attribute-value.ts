import {
  attributesOf,
  effectiveTimeoutMs,
  intervalMsOf,
  type MonitorSettings,
  parseDuration,
  type SettingsClass,
} from '@9volt/contracts';

/** The documented default of an attribute: documentation and checks use the same one. */
export function defaultOf<S extends MonitorSettings, K extends keyof S & string>(
  settings: SettingsClass<S>,
  name: K,
): NonNullable<S[K]> {
  return attributesOf(settings).get(name)?.default as NonNullable<S[K]>;
}

/** An attribute as written, else its documented default. */
export function valueOf<S extends MonitorSettings, K extends keyof S & string>(
  cls: SettingsClass<S>,
  settings: S,
  name: K,
): NonNullable<S[K]> {
  return settings[name] ?? defaultOf(cls, name);
}

/** Milliseconds of a timeout attribute: as written, else its documented default, shortened for a short interval. */
export function timeoutMsOf<S extends MonitorSettings, K extends keyof S & string>(
  cls: SettingsClass<S>,
  settings: S,
  name: K,
): number {
  const written = settings[name] as string | undefined;
  return effectiveTimeoutMs(written, parseDuration(defaultOf(cls, name)), intervalMsOf(settings));
}
