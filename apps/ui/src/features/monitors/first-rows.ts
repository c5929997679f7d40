import type { StatesQuery } from '../../lib/live-types.js';
import { isFiltering, readFilter, type SortKey } from './monitor-filter.js';

/** Enough for any screen. */
const ROWS = 60;

/** The orders that the API has, too, and the same. */
const API_SORTS: Partial<Record<SortKey, readonly string[]>> = {
  status: ['status', 'since'],
  name: ['name'],
  type: ['type'],
  lastRun: ['lastRun'],
  latency: ['latency'],
  since: ['since'],
};

/** How to ask for what the page of monitors shows first; undefined where only all monitors tell what that is. */
export function firstRowsOf(params: URLSearchParams): StatesQuery | undefined {
  const filter = readFilter(params);
  const keys = API_SORTS[filter.sort];
  if (!keys || filter.page > 1 || isFiltering(filter)) return undefined;
  const sort = keys.map((key) => `${filter.descending ? '-' : ''}${key}`).join(',');
  return { config: 'false', sort, limit: ROWS };
}
