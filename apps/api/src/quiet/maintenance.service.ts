import { type FieldError, MaintenanceSettings, matches, sentencesOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { type DeclaredMaintenance, presentSubjectOf } from '../cache/quiet-view.js';
import type { Preconditions } from '../common/etag.js';
import { PlainSettings } from '../common/plain-settings.js';
import type { ShownMaintenance } from './quiet.dto.js';

@Injectable()
export class MaintenanceService {
  private readonly store: PlainSettings;

  constructor(
    node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    this.store = new PlainSettings(node, cache, {
      noun: 'maintenance',
      word: 'maintenance window',
      settings: MaintenanceSettings,
    });
  }

  list(): ShownMaintenance[] {
    const counts = this.cache.quiet.maintainedOf(this.cache.monitors.values());
    const all = [...this.cache.quiet.maintenance].map(([name, declared]) =>
      this.shown(name, declared, counts.get(name)?.monitors ?? 0),
    );
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): { shown: ShownMaintenance; revision: number } {
    const declared = this.cache.quiet.maintenance.get(name);
    if (!declared) throw this.store.notFound(name);
    return { shown: this.shown(name, declared), revision: declared.revision };
  }

  async put(
    name: string,
    raw: unknown,
    preconditions: Preconditions,
  ): Promise<{ shown: ShownMaintenance; revision: number; created: boolean }> {
    const created = await this.store.put(name, raw, preconditions);
    return { ...this.get(name), created };
  }

  remove(name: string, preconditions: Preconditions): Promise<string> {
    return this.store.remove(name, preconditions);
  }

  private countOf({ settings }: DeclaredMaintenance): number {
    if (!settings) return 0;
    const views = [...this.cache.monitors.values()];
    return views.filter((view) => view.exists && matches(settings.match, presentSubjectOf(view))).length;
  }

  private shown(name: string, declared: DeclaredMaintenance, monitors = this.countOf(declared)): ShownMaintenance {
    const { settings, windows, faults } = declared;
    const origin = this.cache.origins.maintenance.get(name) ?? null;
    if (!settings) {
      return {
        name,
        config: null,
        open: null,
        changesAt: null,
        monitors: 0,
        reason: sentencesOf(faults as FieldError[]),
        origin,
      };
    }
    const now = Date.now();
    const open = windows.at(now);
    const changesAt = windows.changesAfter(now);
    return {
      name,
      config: { ...settings },
      open: open ? { start: isoOf(open.start), end: isoOf(open.end) } : null,
      changesAt: changesAt === undefined ? null : isoOf(changesAt),
      monitors,
      reason: null,
      origin,
    };
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
