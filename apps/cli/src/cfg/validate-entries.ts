import { reportAlerterFaults, validateAlerter } from '@9volt/alerters';
import {
  alerterReferencesOf,
  type AlerterSettings,
  dependencyFaults,
  type FieldError,
  isPlainObject,
  MaintenanceSettings,
  type MonitorSettings,
  newNameFault,
  pointer,
  ReportSettings,
  StatusPageSettings,
  unknownName,
  validateSettings,
} from '@9volt/contracts';
import { validateMonitor } from '@9volt/monitors';
import type { ConfigFault, Entry } from './entry.js';

export interface Validated {
  monitors: Map<string, MonitorSettings>;
  alerters: Map<string, AlerterSettings>;
  windows: Map<string, MaintenanceSettings>;
  pages: Map<string, StatusPageSettings>;
  reports: Map<string, ReportSettings>;
}

/** A monitor, which may be invalid, and what it names. */
interface Dependent {
  entry: Entry;
  settings: MonitorSettings;
}

/**
 * Validates everything that was read, the names of alerters and of parents included: each must be among the entries or be stored afterwards:
 * `storedAlerters` (undefined when that is not known, and then names are not judged), and of monitors `storedParents`, which answers on which
 * others one depends. `storedType` answers the type of a stored alerter.
 */
export function validateEntries(
  entries: readonly Entry[],
  storedAlerters: Iterable<string> | undefined,
  storedParents: (monitor: string) => readonly string[] | undefined = () => undefined,
  storedType: (alerter: string) => string | undefined = () => undefined,
): Validated & { faults: ConfigFault[] } {
  const monitors = new Map<string, MonitorSettings>();
  const alerters = new Map<string, AlerterSettings>();
  const windows = new Map<string, MaintenanceSettings>();
  const pages = new Map<string, StatusPageSettings>();
  const reports = new Map<string, ReportSettings>();
  const dependents = new Map<string, Dependent>();
  const faults: ConfigFault[] = [];
  const known = new Set([
    ...(storedAlerters ?? []),
    ...entries.filter((entry) => entry.kind === 'alerter').map((entry) => entry.name),
  ]);
  const types = storedAlerters && new Map([...known].map((name) => [name, typeIn(entries, name) ?? storedType(name)]));
  for (const entry of entries) {
    if (entry.kind === 'alerter') {
      const validated = validateAlerter(entry.name, entry.raw, at(entry));
      if (validated.ok) alerters.set(entry.name, validated.value);
      else faults.push(...eachOnce(entry, validated.errors).map((error) => toFault(entry, error)));
      continue;
    }
    if (entry.kind === 'maintenance') {
      const validated = validateSettings(MaintenanceSettings, entry.raw, at(entry));
      if (validated.ok) windows.set(entry.name, validated.value);
      else faults.push(...eachOnce(entry, validated.errors).map((error) => toFault(entry, error)));
      continue;
    }
    if (entry.kind === 'status-page') {
      const validated = validateSettings(StatusPageSettings, entry.raw, at(entry));
      if (validated.ok) pages.set(entry.name, validated.value);
      else faults.push(...eachOnce(entry, validated.errors).map((error) => toFault(entry, error)));
      continue;
    }
    if (entry.kind === 'report') {
      const validated = validateSettings(ReportSettings, entry.raw, at(entry));
      const errors = validated.ok ? [] : eachOnce(entry, validated.errors);
      if (validated.ok) {
        reports.set(entry.name, validated.value);
        if (types) errors.push(...reportAlerterFaults(validated.value, types, at(entry)));
      }
      faults.push(...errors.map((error) => toFault(entry, error)));
      continue;
    }
    const validated = validateMonitor(entry.name, entry.raw, at(entry));
    const errors = validated.ok ? [] : eachOnce(entry, validated.errors);
    const settings = validated.ok ? validated.value : namesIn(entry, errors);
    if (validated.ok) monitors.set(entry.name, validated.value);
    dependents.set(entry.name, { entry, settings });
    if (storedAlerters !== undefined) errors.push(...unknownAlerters(settings, known, at(entry)));
    faults.push(...errors.map((error) => toFault(entry, error)));
  }
  if (storedAlerters !== undefined) faults.push(...parentFaults(dependents, storedParents));
  return { monitors, alerters, windows, pages, reports, faults };
}

function typeIn(entries: readonly Entry[], alerter: string): string | undefined {
  const raw = entries.find(({ kind, name }) => kind === 'alerter' && name === alerter)?.raw;
  return isPlainObject(raw) && typeof raw['type'] === 'string' ? raw['type'] : undefined;
}

function parentFaults(
  monitors: ReadonlyMap<string, Dependent>,
  storedParents: (monitor: string) => readonly string[] | undefined,
): ConfigFault[] {
  const dependents = [...monitors].map(([name, { entry, settings }]) => ({ name, settings, at: at(entry) }));
  if (dependents.every(({ settings }) => settings['depends-on'] === undefined)) return [];
  return dependencyFaults(dependents, storedParents).flatMap((error) => {
    const found = [...monitors.values()].find(({ entry }) => error.path.startsWith(`${at(entry)}/`));
    return found ? [toFault(found.entry, error)] : [];
  });
}

const NAMING = ['warning-alerter', 'critical-alerter', 'depends-on'] as const;

/** What an invalid monitor names, as far as that is valid: a person wants to know all faults at once. */
function namesIn(entry: Entry, errors: readonly FieldError[]): MonitorSettings {
  const raw = entry.raw as Readonly<Record<string, unknown>> | null;
  const isFaulty = (attribute: string): boolean =>
    errors.some(({ path }) => path.startsWith(`${at(entry)}/${attribute}`));
  const named = NAMING.filter((attribute) => Array.isArray(raw?.[attribute]) && !isFaulty(attribute));
  return Object.fromEntries(named.map((attribute) => [attribute, raw?.[attribute]])) as unknown as MonitorSettings;
}

/** The faults of new names that a person could mistake for another one. */
export function newNameFaults(
  added: readonly Pick<Entry, 'kind' | 'name'>[],
  entries: readonly Entry[],
): ConfigFault[] {
  return added.flatMap(({ kind, name }) => {
    const error = newNameFault(kind, name);
    const entry = error && entries.find((one) => one.kind === kind && one.name === name);
    return error && entry ? [toFault(entry, { ...error, path: at(entry) })] : [];
  });
}

function unknownAlerters(settings: MonitorSettings, known: ReadonlySet<string>, path: string): FieldError[] {
  return alerterReferencesOf(settings).flatMap((reference) =>
    known.has(reference.name) ? [] : [unknownName(path + reference.path, 'alerter', reference.name, known)],
  );
}

/** One mistake, one fault: a misspelt attribute is not reported as missing, too. */
function eachOnce(entry: Entry, errors: readonly FieldError[]): FieldError[] {
  const meant = new Set(
    errors.flatMap(({ path, suggestion }) =>
      suggestion === undefined ? [] : [`${path.slice(0, path.lastIndexOf('/'))}/${pointer(suggestion)}`],
    ),
  );
  return errors.filter(({ path }) => !meant.has(path) || isThere(entry.raw, segmentsOf(entry, path)));
}

function isThere(raw: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, first) && isThere(raw[first as never], rest);
}

function segmentsOf(entry: Entry, path: string): string[] {
  return path.slice(at(entry).length + 1).split('/');
}

function at(entry: Entry): string {
  return `/${entry.kind}/${pointer(entry.name)}`;
}

function toFault(entry: Entry, error: FieldError): ConfigFault {
  const place = entry.placeOf(segmentsOf(entry, error.path));
  return { file: entry.file, line: place?.line, place, path: error.path, message: error.message };
}
