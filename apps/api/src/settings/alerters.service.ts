import { maskAlerter } from '@9volt/alerters';
import { type AlerterSettings, DomainError } from '@9volt/contracts';
import { ClusterNode } from '@9volt/etcd-dal';
import { Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';
import type { AlerterRecord } from '../cache/cluster-views.js';
import type { Preconditions } from '../common/etag.js';
import {
  by,
  type Filters,
  type Listed,
  pageOf,
  type RawQuery,
  readListQuery,
  searched,
  wordsOf,
} from '../common/list-query.js';
import { usesOf } from './monitors.service.js';
import { alerterKind } from './settings-kind.js';
import { quarantined, SettingsStore, type Shown, type Written } from './settings-store.js';

@Injectable()
export class AlertersService {
  readonly store: SettingsStore<AlerterSettings>;

  constructor(
    private readonly node: ClusterNode,
    private readonly cache: ClusterCache,
  ) {
    this.store = new SettingsStore(node, cache, alerterKind);
  }

  list(raw: RawQuery): Listed {
    const query = readListQuery<AlerterRecord>(raw, {
      filters: ['type', 'q'],
      sorts: { name: by(({ name }) => name), type: by(({ settings }) => settings?.type) },
      fallback: by(({ name }) => name),
    });
    const { items, total } = pageOf(this.matching(query.filters), query);
    const entries = items.map(({ name, settings }) => ({ name, config: maskAlerter(settings as AlerterSettings) }));
    const body = query.paged
      ? entries.map(({ name, config }) => ({ name, ...config }))
      : Object.fromEntries(entries.map(({ name, config }) => [this.node.keys.alerter(name), config]));
    return { total, body };
  }

  get(name: string): Shown {
    const found = this.cache.alerters.get(name);
    if (!found) throw this.store.notFound(name);
    if (found.value.faults) throw quarantined('alerter', name, found.value.faults);
    return { config: maskAlerter(found.value.settings), revision: found.modRevision };
  }

  async put(
    name: string,
    raw: unknown,
    preconditions: Preconditions,
  ): Promise<Shown & Pick<Written<object>, 'outcome'>> {
    const { settings, revision, outcome } = await this.store.put(name, raw, preconditions);
    return { config: maskAlerter(settings), revision, outcome };
  }

  async patch(name: string, patch: unknown, preconditions: Preconditions): Promise<Shown> {
    const { settings, revision } = await this.store.patch(name, patch, preconditions);
    return { config: maskAlerter(settings), revision };
  }

  async push(raw: unknown): Promise<string> {
    const { pushed, skipped } = await this.store.push(raw);
    return `Pushed ${pushed.length} configs; skipped ${skipped.length} configs`;
  }

  async remove(name: string, preconditions: Preconditions): Promise<string> {
    const users = this.usersOf(name);
    if (users.length > 0) {
      const named = users
        .slice(0, 10)
        .map((user) => `'${user}'`)
        .join(', ');
      const more = users.length > 10 ? ` and ${users.length - 10} more` : '';
      throw new DomainError('conflict', `Unable to remove alerter '${name}': it is used by ${named}${more}`);
    }
    await this.store.remove(name, preconditions);
    return `Successfully removed alerter '${name}'`;
  }

  private usersOf(name: string): string[] {
    const users: string[] = [];
    for (const { name: user, settings } of this.cache.monitors.values()) {
      if (settings && usesOf(settings).some(({ alerter }) => alerter === name)) users.push(user);
    }
    for (const [user, { value }] of this.cache.reports) {
      if (value.settings?.alerters.includes(name)) users.push(`report ${user}`);
    }
    return users.sort();
  }

  *matching(filters: Filters): Generator<AlerterRecord> {
    const types = wordsOf(filters['type']);
    for (const { value } of this.cache.alerters.values()) {
      const { name, settings } = value;
      if (!settings || (types && !types.has(settings.type))) continue;
      if (searched(filters['q'], name, settings.type, settings.description)) yield value;
    }
  }
}
