import { isInGroup, sentencesOf, StatusPageSettings } from '@9volt/contracts';
import { ClusterNode, type Item } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { StatusPageRecord } from '../cache/cluster-views.js';
import { type Found, PlainSettings } from '../common/plain-settings.js';
import type { ShownStatusPage } from './status-page.dto.js';

@Injectable()
export class StatusPagesService extends PlainSettings<ShownStatusPage> {
  constructor(node: ClusterNode, cache: ClusterCache) {
    super(node, cache, { noun: 'status-page', word: 'status page', settings: StatusPageSettings });
  }

  protected all(): ShownStatusPage[] {
    return [...this.cache.statusPages.values()].map((page) => this.shown(page));
  }

  protected find(name: string): Found<ShownStatusPage> | undefined {
    const page = this.cache.statusPages.get(name);
    return page && { shown: this.shown(page), revision: page.modRevision };
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
