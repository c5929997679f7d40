import { queryString } from '../../lib/api-client.js';
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

/** Where to ask for what the page of monitors shows first; undefined where only all monitors tell what that is. */
export function firstRowsAt(params: URLSearchParams): string | undefined {
  const filter = readFilter(params);
  const keys = API_SORTS[filter.sort];
  if (!keys || filter.page > 1 || isFiltering(filter)) return undefined;
  const sort = keys.map((key) => `${filter.descending ? '-' : ''}${key}`).join(',');
  return `/api/v1/state${queryString({ config: 'false', sort, limit: ROWS })}`;
}
