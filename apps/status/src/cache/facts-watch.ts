import {
  isDisabled,
  isPlainObject,
  MaintenanceSettings,
  MaintenanceWindows,
  type MonitorSettings,
  parseDuration,
  type StatusPageSettings,
  validateSettings,
} from '@9volt/contracts';
import {
  type ClusterNode,
  decodeVitalsIndex,
  type Entry,
  type Item,
  MAX_SETTINGS_BYTES,
  parse,
  type ReportFault,
  Watched,
} from '@9volt/etcd-dal';
import { monitorTypes, validateMonitor } from '@9volt/monitors';
import type { HistoryFacts, IncidentFacts, MonitorFacts, PublicFacts, StateFacts } from '../view/facts.js';
import { HistoryDays } from './history-days.js';
import { type Needs, needsOf } from '../view/page-model.js';

export interface FactsListener {
  /** Something that a page shows may have changed. */
  changed(): void;
  /** A page shows a monitor that none showed before: its state was skipped. */
  widened(): void;
}

/** The shown monitors of a chunk of results. */
interface Chunk {
  workerId: string;
  names: ReadonlySet<string>;
}

/** After this many dumps without a word of the worker, a state does not count any more. */
const SILENT_DUMPS = 3;

/**
 * Watches what some pages show and reduces each value at once, so that nothing else of the cluster stays in this process. Other pages
 * need another one.
 */
export class FactsWatch implements PublicFacts {
  readonly monitors = new Map<string, MonitorFacts>();
  readonly states = new Map<string, StateFacts>();
  readonly windows = new Map<string, MaintenanceWindows>();
  readonly pauses = new Map<string, number>();
  private readonly needs = new Map<string, Needs>();
  /** By worker, when its last dump came, by the monotonic clock. */
  private readonly heardAt = new Map<string, number>();
  private readonly known: Watched<MonitorFacts>;
  private readonly past: Watched<IncidentFacts>;
  private readonly chunks: Watched<Chunk>;
  private readonly others: readonly Pick<Watched<unknown>, 'start' | 'stop'>[];
  private listeningSince = performance.now();
  private lostAt: number | undefined;
  private isRead = false;
  private readonly history: HistoryDays;

  constructor(
    private readonly node: ClusterNode,
    private readonly pages: readonly StatusPageSettings[],
    private readonly listener: FactsListener,
  ) {
    const { keys } = node;
    this.history = new HistoryDays(node.stores.history);
    const changed = (): void => listener.changed();
    this.known = new Watched<MonitorFacts>(
      node,
      { prefix: keys.monitors, decode: (entry) => this.monitor(entry) },
      { onChange: ({ key, before, after }) => this.index(key.slice(keys.monitors.length), before, after) },
    );
    this.past = new Watched<IncidentFacts>(
      node,
      { prefix: keys.incidents, decode: (entry, report) => this.incident(entry, report) },
      { onChange: changed },
    );
    this.others = [
      new Watched<StateFacts>(
        node,
        { prefix: keys.states, decode: (entry, report) => this.state(entry, report) },
        {
          onChange: ({ key, after }) => this.keep(this.states, key.slice(keys.states.length), after?.value),
          onConnection: (error) => this.connection(error === undefined),
        },
      ),
      new Watched<MaintenanceWindows>(
        node,
        { prefix: keys.maintenances, decode: windowsOf },
        { onChange: ({ key, after }) => this.keep(this.windows, key.slice(keys.maintenances.length), after?.value) },
      ),
      new Watched<number>(
        node,
        { prefix: keys.pauses, decode: (entry, report) => this.pause(entry, report) },
        { onChange: ({ key, after }) => this.keep(this.pauses, key.slice(keys.pauses.length), after?.value) },
      ),
    ];
    this.chunks = new Watched<Chunk>(
      node,
      { prefix: keys.vitals, decode: (entry) => this.hear(entry) },
      { onChange: ({ before, after }) => before && !after && this.heardAt.delete(before.value.workerId) },
    );
  }

  /** Resolves once everything is read. */
  async start(): Promise<void> {
    if (this.pages.length === 0) return;
    // The others skip what no page shows.
    await this.known.start();
    await Promise.all([this.past, this.chunks, ...this.others].map((watched) => watched.start()));
    this.isRead = true;
  }

  async stop(): Promise<void> {
    await Promise.all([this.known, this.past, this.chunks, ...this.others].map((watched) => watched.stop()));
  }

  get incidents(): Iterable<IncidentFacts> {
    return [...this.past.items.values()].map(({ value }) => value);
  }

  /** Reads the past again. Without etcd the pages keep what they have. */
  async readHistory(): Promise<void> {
    if (this.lostAt !== undefined) return;
    await this.history.refresh(new Set(this.monitors.keys()), Date.now());
    this.listener.changed();
  }

  /** Since when etcd does not answer, by the monotonic clock; undefined while it does. */
  get isLostSince(): number | undefined {
    return this.lostAt;
  }

  // As a property: it is passed on.
  readonly historyOf = (monitor: string): HistoryFacts | undefined => this.history.of(monitor);

  isWatched(monitor: string): boolean {
    // Without etcd nobody is heard: what was true then stays.
    const now = this.lostAt ?? performance.now();
    const patienceMs = SILENT_DUMPS * parseDuration(this.node.config.StateDumpInterval);
    for (const { value } of this.chunks.items.values()) {
      const { workerId, names } = value;
      const heardAt = this.heardAt.get(workerId);
      if (heardAt === undefined || !names.has(monitor)) continue;
      if (now - Math.max(heardAt, this.listeningSince) <= patienceMs) return true;
    }
    return false;
  }

  private connection(isThere: boolean): void {
    if (isThere) this.listeningSince = performance.now();
    this.lostAt = isThere ? undefined : (this.lostAt ?? performance.now());
    this.listener.changed();
  }

  private index(name: string, before: Item<MonitorFacts> | undefined, after: Item<MonitorFacts> | undefined): void {
    this.keep(this.monitors, name, after?.value);
    if (!after) this.needs.delete(name);
    else if (!before && this.isRead) this.listener.widened();
  }

  private keep<T>(map: Map<string, T>, name: string, value: T | undefined): void {
    if (value === undefined) map.delete(name);
    else map.set(name, value);
    this.listener.changed();
  }

  private monitor({ key, value }: Entry): MonitorFacts | undefined {
    const name = key.slice(this.node.keys.monitors.length);
    const raw = parse(value, MAX_SETTINGS_BYTES).value;
    const needs = needsOf(this.pages, { name, tags: isPlainObject(raw) ? textsOf(raw['tags']) : [] });
    if (!needs) return undefined;
    this.needs.set(name, needs);
    const validated = validateMonitor(name, raw);
    if (!validated.ok) return { name, type: '', tags: [], invalid: true, disabledUntil: 0 };
    const settings = validated.value;
    return {
      name,
      type: settings.type,
      tags: settings.tags ?? [],
      'member-tag': settings['member-tag'],
      invalid: false,
      disabledUntil: disabledUntil(settings),
      ...(needs.target ? { target: monitorTypes.get(settings.type)?.target(settings) } : {}),
    };
  }

  private state(entry: Entry, report: ReportFault): StateFacts | undefined {
    const needs = this.needs.get(entry.key.slice(this.node.keys.states.length));
    const state = needs && this.node.stores.state.parsed(entry, report);
    if (!state) return undefined;
    const { status, since, message } = state;
    return { status, since, ...(needs.message ? { message } : {}) };
  }

  private incident(entry: Entry, report: ReportFault): IncidentFacts | undefined {
    const monitor = this.node.keys.parseIncident(entry.key)?.monitor;
    if (monitor === undefined || !this.needs.has(monitor)) return undefined;
    const incident = this.node.stores.incident.parsed(entry, report);
    if (!incident) return undefined;
    const { worst, openedAt, closedAt } = incident;
    return { monitor, worst, openedAt, closedAt };
  }

  private pause(entry: Entry, report: ReportFault): number | undefined {
    if (!this.needs.has(entry.key.slice(this.node.keys.pauses.length))) return undefined;
    const pause = this.node.stores.pause.parsed(entry, report);
    return pause && Date.parse(pause.until);
  }

  /** A dump says that its worker is alive, and its index which monitors are there. The results themselves are not read. */
  private hear({ key, value }: Entry): Chunk | undefined {
    const at = this.node.keys.parseVitals(key);
    if (!at) return undefined;
    const { workerId, dump } = at;
    if (dump === 'index') {
      const names = decodeVitalsIndex(value)?.names.filter((name) => this.needs.has(name)) ?? [];
      return { workerId, names: new Set(names) };
    }
    this.heardAt.set(workerId, performance.now());
    return undefined;
  }
}

function disabledUntil(settings: MonitorSettings): number {
  if (settings.disable === true) return Infinity;
  return isDisabled(settings, 0) ? Date.parse(settings['disable-until'] ?? '') : 0;
}

function windowsOf({ value }: Entry): MaintenanceWindows | undefined {
  const validated = validateSettings(MaintenanceSettings, parse(value, MAX_SETTINGS_BYTES).value);
  return validated.ok ? new MaintenanceWindows(validated.value) : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
