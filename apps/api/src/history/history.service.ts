import {
  DomainError,
  historyOf,
  intervalMsOf,
  LEVELS,
  type MonitorHistory,
  type MonitorTimeline,
  type RecentUptime,
  retentionOf,
  type Tally,
  timelineOf,
  uptimeIn,
} from '@9volt/contracts';
import { type HistoryIndex, type HistoryStore, type Period, periodsFor } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { RawQuery } from '../common/list-query.js';
import { readRange } from './read-range.js';

/** The keys are listed again after this time. */
const INDEX_AGE_MS = 10_000;

/** Answers about the past of monitors from the tallies in etcd. */
@Injectable()
export class HistoryService {
  private listed: { at: number; index: Promise<HistoryIndex> } | undefined;

  constructor(private readonly cache: ClusterCache) {}

  /** Throws `not-found` and `invalid`. */
  async of(name: string, raw: RawQuery): Promise<MonitorHistory> {
    const now = Date.now();
    const { periods: lengths } = this.store;
    const asked = readRange(raw, ['from', 'to', 'step', 'maintenance'], now, lengths);
    const index = await this.index();
    const periods = periodsFor(index, asked, lengths);
    const coarsest = Math.max(0, ...periods.map(({ level }) => LEVELS.indexOf(level)));
    const unit = lengths[LEVELS[coarsest] ?? 'minute'];
    const step = Math.ceil(asked.step / unit) * unit;
    const range = { ...asked, step, from: Math.floor(asked.from / step) * step };
    const tallies = await this.tallies(name, index, range);
    this.assertKnown(name, tallies);
    return { name, step, kept: retentionOf(this.cache.monitors.size, lengths), ...historyOf(tallies, range) };
  }

  /** Throws `not-found` and `invalid`. */
  async timeline(name: string, raw: RawQuery): Promise<MonitorTimeline> {
    const { from, to } = readRange(raw, ['from', 'to'], Date.now(), this.store.periods);
    const tallies = await this.tallies(name, await this.index(), { from, to, step: to - from });
    this.assertKnown(name, tallies);
    return { name, ...timelineOf(tallies, { from, to }) };
  }

  /** The uptime of a monitor until now. */
  async uptimeOf(name: string): Promise<RecentUptime> {
    const { hour, day } = this.store.periods;
    const to = Date.now();
    const index = await this.index();
    const since = async (days: number, step: number): Promise<RecentUptime['24h']> => {
      const from = Math.floor((to - days * day) / step) * step;
      return uptimeIn(await this.tallies(name, index, { from, to, step }), from, to);
    };
    const [last, week, month, quarter] = await Promise.all([
      since(1, hour),
      since(7, day),
      since(30, day),
      since(90, day),
    ]);
    return { '24h': last, '7d': week, '30d': month, '90d': quarter };
  }

  /** Those of the range, and before it as far back as a result may still stand. */
  private tallies(
    name: string,
    index: HistoryIndex,
    range: { from: number; to: number; step: number },
  ): Promise<Tally[]> {
    const settings = this.cache.monitors.get(name)?.settings;
    const lookBack = 2 * this.store.periods.minute + (settings ? 3 * intervalMsOf(settings) : 0);
    const periods: Period[] = periodsFor(index, { ...range, from: range.from - lookBack }, this.store.periods);
    return this.store.talliesOf(name, index, periods);
  }

  private assertKnown(name: string, tallies: readonly Tally[]): void {
    if (tallies.length > 0 || this.cache.monitors.get(name)?.declared) return;
    throw new DomainError('not-found', `Unable to find any check named '${name}'`);
  }

  private index(): Promise<HistoryIndex> {
    const now = performance.now();
    if (!this.listed || now - this.listed.at > INDEX_AGE_MS) {
      const index = this.store.index();
      const listed = { at: now, index };
      this.listed = listed;
      index.catch(() => {
        if (this.listed === listed) this.listed = undefined;
      });
    }
    return this.listed.index;
  }

  private get store(): HistoryStore {
    return this.cache.node.stores.history;
  }
}
