import { isInGroup, sentencesOf, StatusPageSettings } from '@9volt/contracts';
import { ClusterNode, type Item } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { StatusPageRecord } from '../cache/cluster-views.js';
import type { Preconditions } from '../common/etag.js';
import { PlainSettings } from '../common/plain-settings.js';
import type { ShownStatusPage } from './status-page.dto.js';

@Injectable()
export class StatusPagesService {
  private readonly store: PlainSettings;

  constructor(
    node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    this.store = new PlainSettings(node, cache, {
      noun: 'status-page',
      word: 'status page',
      settings: StatusPageSettings,
    });
  }

  list(): ShownStatusPage[] {
    const all = [...this.cache.statusPages.values()].map((page) => this.shown(page));
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): { shown: ShownStatusPage; revision: number } {
    const page = this.cache.statusPages.get(name);
    if (!page) throw this.store.notFound(name);
    return { shown: this.shown(page), revision: page.modRevision };
  }

  async put(
    name: string,
    raw: unknown,
    preconditions: Preconditions,
  ): Promise<{ shown: ShownStatusPage; revision: number; created: boolean }> {
    const created = await this.store.put(name, raw, preconditions);
    return { ...this.get(name), created };
  }

  remove(name: string, preconditions: Preconditions): Promise<string> {
    return this.store.remove(name, preconditions);
  }

  private shown({ value: { name, settings, faults } }: Item<StatusPageRecord>): ShownStatusPage {
    if (!settings) return { name, config: null, monitors: [], reason: sentencesOf(faults) };
    const monitors: string[] = [];
    for (const view of this.cache.monitors.values()) {
      const tags = view.settings?.tags;
      if (view.exists && settings.groups.some((group) => isInGroup(group, { name: view.name, tags }))) {
        monitors.push(view.name);
      }
    }
    return { name, config: { ...settings }, monitors: monitors.sort(), reason: null };
  }
}
