import { Injectable } from '@nestjs/common';
import {
  type Dependent,
  dependencyFaults,
  alerterReferencesOf,
  DomainError,
  type FieldError,
  isName,
  MAX_FAULTS,
  type MonitorSettings,
  unknownName,
} from '@9volt/contracts';
import { ClusterNode, MAX_TXN_OPS } from '@9volt/etcd-dal';
import { bySeverity } from '../cache/derive-status.js';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { Preconditions } from '../common/etag.js';
import { by, type Filters, type Listed, pageOf, type RawQuery, readListQuery } from '../common/list-query.js';
import { type Matched, matchingMonitors, MONITOR_FILTERS } from './match-monitors.js';
import { maskMonitor, monitorKind } from './settings-kind.js';
import { quarantined, SettingsStore, type Shown, type Written } from './settings-store.js';

@Injectable()
export class MonitorsService {
  readonly store: SettingsStore<MonitorSettings>;

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    this.store = new SettingsStore(node, cache, monitorKind, async (entries) => [
      ...(await this.alerterFaults(entries)),
      ...(await this.parentFaults(entries)),
    ]);
  }

  /** Quarantined ones have no configuration to show: the states and the cluster report them. */
  list(raw: RawQuery): Listed {
    const query = readListQuery<Matched>(raw, {
      filters: MONITOR_FILTERS,
      sorts: {
        name: by(({ view }) => view.name),
        type: by(({ view }) => view.settings?.type),
        status: bySeverity,
      },
      fallback: by(({ view }) => view.name),
    });
    const { items, total } = pageOf(this.matching(query.filters), query);
    const entries = items.map(({ view }) => ({
      name: view.name,
      config: maskMonitor(view.settings as MonitorSettings),
    }));
    const body = query.paged
      ? entries.map(({ name, config }) => ({ name, ...config }))
      : Object.fromEntries(entries.map(({ name, config }) => [this.node.keys.monitor(name), config]));
    return { total, body };
  }

  get(name: string): Shown {
    const declared = this.cache.monitors.get(name)?.declared;
    if (!declared) throw this.store.notFound(name);
    if (declared.faults) throw quarantined('check', name, declared.faults);
    return { config: maskMonitor(declared.settings), revision: declared.revision };
  }

  async put(
    name: string,
    raw: unknown,
    preconditions: Preconditions,
  ): Promise<Shown & Pick<Written<object>, 'outcome'>> {
    return shown(await this.store.put(name, raw, preconditions));
  }

  async patch(name: string, patch: unknown, preconditions: Preconditions): Promise<Shown> {
    return shown(await this.store.patch(name, patch, preconditions));
  }

  async push(raw: unknown): Promise<string> {
    const { pushed, skipped } = await this.store.push(raw);
    return `Pushed ${pushed.length} configs; skipped ${skipped.length} configs`;
  }

  async remove(name: string, preconditions: Preconditions): Promise<string> {
    await this.store.remove(name, preconditions);
    return `Successfully removed check '${name}'`;
  }

  async setDisabled(name: string, text: string | string[]): Promise<string> {
    const disable = parseBool(text);
    await this.store.patch(name, { disable }, {});
    return `Successfully updated disable check state to '${disable}' for check '${name}'`;
  }

  /** Those whose configuration can be shown. */
  *matching(filters: Filters): Generator<Matched> {
    for (const matched of matchingMonitors(this.cache, filters, Date.now())) {
      if (matched.view.settings) yield matched;
    }
  }

  /** A monitor must not name an alerter that is not stored: nobody would be notified. */
  private async alerterFaults(entries: readonly { settings: MonitorSettings; at: string }[]): Promise<FieldError[]> {
    const uses = entries.flatMap(({ settings, at }) => usesOf(settings, at));
    const doubtful = uses.filter(({ alerter }) => !this.cache.alerters.has(alerter));
    const missing = await this.notStored(new Set(doubtful.map(({ alerter }) => alerter)), 'alerter');
    const known = [...this.cache.alerters.keys()];
    return doubtful
      .filter(({ alerter }) => missing.has(alerter))
      .slice(0, MAX_FAULTS)
      .map(({ alerter, path }) => unknownName(path, 'alerter', alerter, known));
  }

  /** A monitor must not depend on one that is not stored, nor on itself. */
  private async parentFaults(entries: readonly Dependent[]): Promise<FieldError[]> {
    const stored = (name: string): readonly string[] | undefined => {
      const view = this.cache.monitors.get(name);
      return view?.exists ? (view.settings?.['depends-on'] ?? []) : undefined;
    };
    const own = new Set(entries.map(({ name }) => name));
    const doubtful = entries
      .flatMap(({ settings }) => settings['depends-on'] ?? [])
      .filter((name) => !own.has(name) && stored(name) === undefined);
    const missing = await this.notStored(new Set(doubtful), 'monitor');
    const found = new Set(doubtful.filter((name) => !missing.has(name)));
    return dependencyFaults(entries, (name) => stored(name) ?? (found.has(name) ? [] : undefined)).slice(0, MAX_FAULTS);
  }

  /** Another process may have stored one that this cache has not seen yet. Looks up no more than an answer names. */
  private async notStored(names: ReadonlySet<string>, kind: 'alerter' | 'monitor'): Promise<Set<string>> {
    const missing = new Set([...names].filter((name) => !isName(name)));
    const asked = [...names].filter(isName);
    for (let from = 0; from < asked.length && missing.size < MAX_FAULTS; from += MAX_TXN_OPS) {
      const part = asked.slice(from, from + MAX_TXN_OPS);
      const reads = await this.node.stores[kind].readAll(part);
      for (const [n, name] of part.entries()) if (!reads[n]) missing.add(name);
    }
    return missing;
  }
}

/** Each attribute of a monitor that names an alerter. */
export function usesOf(settings: MonitorSettings, at = ''): { alerter: string; path: string }[] {
  return alerterReferencesOf(settings).map(({ name, path }) => ({ alerter: name, path: at + path }));
}

function shown({ settings, revision, outcome }: Written<MonitorSettings>): Shown & Pick<Written<object>, 'outcome'> {
  return { config: maskMonitor(settings), revision, outcome };
}

/** As Go's strconv.ParseBool, which the original uses. */
function parseBool(text: string | string[]): boolean {
  const word = String(text);
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(word)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(word)) return false;
  throw DomainError.invalid([
    { path: '/disable', value: text, expected: 'true or false', message: 'Invalid bool value' },
  ]);
}
