import { type FieldError, MaintenanceSettings, matches, sentencesOf } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { type DeclaredMaintenance, presentSubjectOf } from '../cache/quiet-view.js';
import { type Found, PlainSettings } from '../common/plain-settings.js';
import type { ShownMaintenance } from './quiet.dto.js';

@Injectable()
export class MaintenanceService extends PlainSettings<ShownMaintenance> {
  constructor(node: ClusterNode, cache: ClusterCache) {
    super(node, cache, { noun: 'maintenance', word: 'maintenance window', settings: MaintenanceSettings });
  }

  protected all(): ShownMaintenance[] {
    const counts = this.cache.quiet.maintainedOf(this.cache.monitors.values());
    return [...this.cache.quiet.maintenance].map(([name, declared]) =>
      this.shown(name, declared, counts.get(name)?.monitors ?? 0),
    );
  }

  protected find(name: string): Found<ShownMaintenance> | undefined {
    const declared = this.cache.quiet.maintenance.get(name);
    return declared && { shown: this.shown(name, declared), revision: declared.revision };
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
