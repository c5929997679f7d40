import {
  byName,
  type ByName,
  DomainError,
  historyOf,
  intervalMsOf,
  knownUntil,
  LEVELS,
  type MonitorHistory,
  type MonitorTimeline,
  type RecentUptime,
  retentionOf,
  type Sample,
  type Tally,
  timelineOf,
  uptimeIn,
  wholePeriods,
} from '@9volt/contracts';
import type { HistoryStore, Period } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { RawQuery } from '../common/list-query.js';
import { type Found, Past, type PastIndex } from './past.js';
import { type BudgetFacts, readBudget } from './read-budget.js';
import { readRange } from './read-range.js';
import { type ColumnUptime, UptimeTable } from './uptime-table.js';

/** A monitor with as many results in the vitals is not looked up elsewhere. */
const ENOUGH_RESULTS = 50;

/** A page shows a state again and again. */
const UPTIME_AGE_MS = 30_000;
const MAX_RECENT = 1_000;

interface Range {
  from: number;
  to: number;
  step: number;
}

interface Sums {
  from: number;
  to: number;
  knownUntil: number;
  partial: boolean;
  sums: Map<string, Tally>;
}

/** Answers about the past of monitors. */
@Injectable()
export class HistoryService {
  private readonly table: UptimeTable;
  private readonly budgets = new Map<string, { at: number; of: number; budget: Promise<BudgetFacts> }>();
  private readonly recent = new Map<string, { at: number; uptime: Promise<RecentUptime> }>();

  constructor(
    private readonly cache: ClusterCache,
    private readonly past: Past,
  ) {
    this.table = new UptimeTable(past);
  }

  /** Throws `not-found` and `invalid`. */
  async of(name: string, raw: RawQuery): Promise<MonitorHistory> {
    const now = Date.now();
    const { lengths } = this.past;
    const asked = readRange(raw, ['from', 'to', 'step', 'maintenance'], now, lengths);
    const index = await this.past.index();
    const periods = this.past.periods(index, asked);
    const coarsest = Math.max(0, ...periods.map(({ level }) => LEVELS.indexOf(level)));
    const unit = lengths[LEVELS[coarsest] ?? 'minute'];
    const step = Math.ceil(asked.step / unit) * unit;
    const range = { ...asked, step, from: Math.floor(asked.from / step) * step };
    const { found, partial } = await this.tallies(name, index, range);
    this.assertKnown(name, found);
    return {
      name,
      step,
      kept: await this.past.kept(),
      partial,
      ...historyOf(found, { ...range, knownUntil: this.knownUntil }),
    };
  }

  /** Throws `not-found` and `invalid`. */
  async timeline(name: string, raw: RawQuery): Promise<MonitorTimeline> {
    const { from, to } = readRange(raw, ['from', 'to'], Date.now(), this.past.lengths);
    const { found, partial } = await this.tallies(name, await this.past.index(), { from, to, step: to - from });
    this.assertKnown(name, found);
    return { name, partial, ...timelineOf(found, { from, to, knownUntil: this.knownUntil }) };
  }

  /** The uptime of a monitor until now, or until half a minute ago. */
  uptimeOf(name: string): Promise<RecentUptime> {
    const now = performance.now();
    const known = this.recent.get(name);
    if (known && now - known.at < UPTIME_AGE_MS) return known.uptime;
    if (this.recent.size >= MAX_RECENT) this.recent.clear();
    const uptime = this.readUptime(name);
    this.recent.set(name, { at: now, uptime });
    uptime.catch(() => this.recent.delete(name));
    return uptime;
  }

  /** The error budget of a monitor with an objective, until now or until half a minute ago. */
  budgetOf(name: string, slo: Parameters<typeof readBudget>[2]): Promise<BudgetFacts> {
    const now = performance.now();
    const known = this.budgets.get(name);
    if (known && now - known.at < UPTIME_AGE_MS && known.of === slo.target * slo.windowMs) return known.budget;
    if (this.budgets.size >= MAX_RECENT) this.budgets.clear();
    const budget = readBudget(this.past, name, slo);
    this.budgets.set(name, { at: now, of: slo.target * slo.windowMs, budget });
    budget.catch(() => this.budgets.delete(name));
    return budget;
  }

  private async readUptime(name: string): Promise<RecentUptime> {
    const { hour, day } = this.past.lengths;
    const to = Date.now();
    const since = (days: number, step: number): number => Math.floor((to - days * day) / step) * step;
    const index = await this.past.index();
    const ofDay = this.periods(name, index, { from: since(1, hour), to, step: hour });
    const all = this.periods(name, index, { from: since(90, day), to, step: day });
    const isOfDay = ({ level, n }: Period): boolean => ofDay.some((one) => one.level === level && one.n === n);
    const rest = all.filter((period) => !isOfDay(period));
    const [last, before] = await Promise.all([
      this.past.talliesOf(name, index, ofDay, since(1, hour), 'time'),
      this.past.talliesOf(name, index, rest, since(90, day), 'time'),
    ]);
    const daysEnd = Math.max(0, ...rest.map(({ level, n }) => (level === 'day' ? (n + 1) * day : 0)));
    const tallies = [...before.found, ...last.found.filter(({ first }) => first >= daysEnd)];
    const known = knownUntil(to, this.past.lengths);
    return {
      '24h': uptimeIn(last.found, since(1, hour), to, known),
      '7d': uptimeIn(tallies, since(7, day), to, known),
      '30d': uptimeIn(tallies, since(30, day), to, known),
      '90d': uptimeIn(tallies, since(90, day), to, known),
      ...(last.partial || before.partial ? { partial: true } : {}),
    };
  }

  /**
   * The sums of all monitors over a time, which begins with a whole minute, hour or day: what 9volt keeps of a time of this length. Throws
   * `invalid`.
   */
  async sums(raw: RawQuery, parameters: readonly string[]): Promise<Sums> {
    const { from, to } = readRange(raw, parameters, Date.now(), this.past.lengths);
    return this.sumsOf(from, to);
  }

  /** {@link sums} of a known time. */
  async sumsOf(asked: number, until: number): Promise<Sums> {
    const { lengths } = this.past;
    const now = Date.now();
    const to = Math.min(now, until);
    const { from, step } = wholePeriods(asked, now, retentionOf(this.cache.monitors.size, lengths), lengths);
    const index = await this.past.index();
    const { found, partial } = await this.past.totals(index, this.past.periods(index, { from, to, step }), from);
    return { from, to, knownUntil: this.knownUntil, partial, sums: found };
  }

  /** The uptime of all monitors, by folded hours. */
  async uptimes(): Promise<(name: string) => ColumnUptime> {
    return this.table.get(await this.past.index(), Date.now());
  }

  async uptimesByName(): Promise<ByName<ColumnUptime>> {
    const uptimes = await this.uptimes();
    const found = byName<ColumnUptime>();
    for (const { name, declared } of this.cache.monitors.values()) if (declared) found[name] = uptimes(name);
    return found;
  }

  /**
   * Completes the results in the vitals by stored ones: those of rarely checked monitors, and those of before a restart. `limit` of each,
   * oldest first. Without etcd they stay as they are.
   */
  async withStored(
    recent: ReadonlyMap<string, readonly Sample[]>,
    limit: number,
    since = 0,
  ): Promise<Map<string, Sample[]>> {
    const enough = Math.min(limit, ENOUGH_RESULTS);
    const few = new Set([...recent].filter(([, samples]) => samples.length < enough).map(([name]) => name));
    const stored = few.size > 0 ? await this.stored(few) : new Map<string, Sample[]>();
    return new Map(
      [...recent].map(([name, samples]) => {
        const first = samples[0]?.at ?? Number.POSITIVE_INFINITY;
        // The same result may be in both, rounded.
        const older = (stored.get(name) ?? []).filter(({ at }) => at >= since && at < Math.floor(first) - 1);
        const missing = few.has(name) ? limit - samples.length : 0;
        return [name, missing > 0 ? [...older.slice(-missing), ...samples] : [...samples]];
      }),
    );
  }

  private async stored(names: ReadonlySet<string>): Promise<Map<string, Sample[]>> {
    try {
      return await this.store.resultsOf(names, (await this.past.index()).all);
    } catch {
      return new Map();
    }
  }

  private tallies(name: string, index: PastIndex, range: Range): Promise<Found<Tally[]>> {
    return this.past.talliesOf(name, index, this.periods(name, index, range), range.from);
  }

  /** Those of the range, and before it as far back as a result may still stand. */
  private periods(name: string, index: PastIndex, range: Range): Period[] {
    const settings = this.cache.monitors.get(name)?.settings;
    const lookBack = 2 * this.past.lengths.minute + (settings ? 3 * intervalMsOf(settings) : 0);
    return this.past.periods(index, { ...range, from: range.from - lookBack });
  }

  private assertKnown(name: string, tallies: readonly Tally[]): void {
    if (tallies.length > 0 || this.cache.monitors.get(name)?.declared) return;
    throw new DomainError('not-found', `Unable to find any check named '${name}'`);
  }

  /** Later results may still be on their way. */
  private get knownUntil(): number {
    return knownUntil(Date.now(), this.past.lengths);
  }

  private get store(): HistoryStore {
    return this.cache.node.stores.history;
  }
}
