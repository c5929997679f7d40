import type { StatesQuery } from '../../lib/live-types.js';
import { isFiltering, readFilter, type SortKey } from './monitor-filter.js';

/** Enough for any screen. */
const ROWS = 60;

/** The sort orders that the API has, too, with the same result. */
const API_SORTS: Partial<Record<SortKey, readonly string[]>> = {
  status: ['status', 'since'],
  name: ['name'],
  type: ['type'],
  lastRun: ['lastRun'],
  latency: ['latency'],
  since: ['since'],
};

/** The query for the first rows of the page of monitors; undefined if only all monitors can answer. */
export function firstRowsOf(params: URLSearchParams): StatesQuery | undefined {
  const filter = readFilter(params);
  const keys = API_SORTS[filter.sort];
  if (!keys || filter.page > 1 || filter.byTag || isFiltering(filter)) return undefined;
  const sort = keys.map((key) => `${filter.descending ? '-' : ''}${key}`).join(',');
  return { config: 'false', sort, limit: ROWS };
}
