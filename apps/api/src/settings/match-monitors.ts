import { type DerivedStatus, DERIVED_STATUSES, QUIET_REASONS } from '@9volt/contracts';
import type { ClusterCache } from '../cache/cluster-cache.js';
import type { MonitorView } from '../cache/monitor-view.js';
import { type Filters, knownWords, namesOf, textOf, wordsOf } from '../common/list-query.js';

export const MONITOR_FILTERS = ['status', 'quiet', 'tags', 'type', 'owner', 'q'];

/** Its status costs more than the rest, and most lists ask for it only of what they show. */
export class Matched {
  private known: DerivedStatus | undefined;

  constructor(
    readonly view: MonitorView,
    private readonly cache: ClusterCache,
    private readonly now: number,
  ) {}

  get status(): DerivedStatus {
    return (this.known ??= this.cache.status(this.view, this.now));
  }
}

/** The monitors that match all filters, whether they have a state or not. Throws `invalid` for a status that does not exist. */
export function* matchingMonitors(cache: ClusterCache, filters: Filters, now: number): Generator<Matched> {
  const statuses = knownWords(filters, 'status', DERIVED_STATUSES);
  const quiet = knownWords(filters, 'quiet', QUIET_REASONS);
  const types = wordsOf(filters['type']);
  const tags = namesOf(filters['tags']);
  const owners = namesOf(filters['owner']);
  const q = (textOf(filters['q']) ?? '').toLowerCase();
  for (const view of cache.monitors.values()) {
    if (!view.exists) continue;
    if (types && !types.has(view.settings?.type ?? '')) continue;
    if (tags && !view.settings?.tags?.some((tag) => tags.has(tag))) continue;
    if (owners && !isOwnedBy(cache, view, owners)) continue;
    if (quiet && !quiet.has(cache.quiet.reasonOf(view, now) ?? '')) continue;
    if (q !== '' && !view.searchable.includes(q) && !view.state?.message.toLowerCase().includes(q)) continue;
    const matched = new Matched(view, cache, now);
    if (statuses && !statuses.has(matched.status)) continue;
    yield matched;
  }
}

/** By id or by name. */
function isOwnedBy(cache: ClusterCache, view: MonitorView, owners: ReadonlySet<string>): boolean {
  const id = view.assignment?.workerId;
  return id !== undefined && (owners.has(id) || owners.has(cache.members.live.get(id)?.Name ?? ''));
}
