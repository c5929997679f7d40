import {
  DomainError,
  type FieldError,
  MaintenanceSettings,
  matches,
  newNameFault,
  sentencesOf,
  validateSettings,
} from '@9volt/contracts';
import { ClusterNode, type Entry, keepsChanging, untilAccepted } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import { type DeclaredMaintenance, presentSubjectOf } from '../cache/quiet-view.js';
import { assertPreconditions, type Preconditions } from '../common/etag.js';
import type { ShownMaintenance } from './quiet.dto.js';

@Injectable()
export class MaintenanceService {
  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {}

  list(): ShownMaintenance[] {
    const all = [...this.cache.quiet.maintenance].map(([name, declared]) => this.shown(name, declared));
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): { shown: ShownMaintenance; revision: number } {
    const declared = this.cache.quiet.maintenance.get(name);
    if (!declared) throw notFound(name);
    return { shown: this.shown(name, declared), revision: declared.revision };
  }

  async put(
    name: string,
    raw: unknown,
    preconditions: Preconditions,
  ): Promise<{ shown: ShownMaintenance; revision: number; created: boolean }> {
    const badName = this.cache.quiet.maintenance.has(name) ? undefined : newNameFault('maintenance', name);
    if (badName) throw DomainError.invalid([badName]);
    const validated = validateSettings(MaintenanceSettings, raw);
    if (!validated.ok) throw DomainError.invalid(validated.errors);
    const created = await this.replace(name, preconditions, () => validated.value);
    return { ...this.get(name), created };
  }

  async remove(name: string, preconditions: Preconditions): Promise<string> {
    await this.replace(name, preconditions, (stored) => {
      if (!stored) throw notFound(name);
      return undefined;
    });
    return `Removed the maintenance window '${name}'`;
  }

  /** Answers whether there was none before. */
  private replace(
    name: string,
    preconditions: Preconditions,
    next: (stored: Entry | undefined) => MaintenanceSettings | undefined,
  ): Promise<boolean> {
    const { maintenance } = this.node.stores;
    const write = async (): Promise<boolean | 'refused'> => {
      const stored = await maintenance.read(name);
      assertPreconditions(preconditions, stored?.modRevision);
      const origin = stored ? undefined : ({ from: 'api' } as const);
      const written = await maintenance.replace(name, stored?.modRevision ?? 0, next(stored), origin);
      if (written.outcome === 'refused') return 'refused';
      await this.cache.awaitWrite(written.revision);
      return stored === undefined;
    };
    return untilAccepted(write, () => keepsChanging(`'${name}'`));
  }

  private shown(name: string, declared: DeclaredMaintenance): ShownMaintenance {
    const { settings, windows, faults } = declared;
    if (!settings) {
      return {
        name,
        config: null,
        open: null,
        changesAt: null,
        monitors: 0,
        reason: sentencesOf(faults as FieldError[]),
      };
    }
    const now = Date.now();
    const open = windows.at(now);
    const changesAt = windows.changesAfter(now);
    let monitors = 0;
    for (const view of this.cache.monitors.values()) {
      if (view.exists && matches(settings.match, presentSubjectOf(view))) monitors++;
    }
    return {
      name,
      config: { ...settings },
      open: open ? { start: isoOf(open.start), end: isoOf(open.end) } : null,
      changesAt: changesAt === undefined ? null : isoOf(changesAt),
      monitors,
      reason: null,
    };
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function notFound(name: string): DomainError {
  return new DomainError('not-found', `There is no maintenance window '${name}'`);
}
