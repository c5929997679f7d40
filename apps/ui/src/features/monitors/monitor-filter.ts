import { QUIET_REASONS, type QuietReason } from '../../lib/quiet.js';
import { STATUSES } from '../../lib/status.js';
import { wordsOf } from '../../lib/url-state.js';
import type { Status } from '../../lib/live-types.js';

const SORT_KEYS = [
  'status',
  'name',
  'type',
  'target',
  'worker',
  'lastRun',
  'latency',
  'since',
  'uptime-24h',
  'uptime-30d',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export const PAGE_SIZES = ['50', '100', '500', 'all'] as const;
export type PageSize = (typeof PAGE_SIZES)[number];

/** The filter of the list of monitors; all of it is in the URL. */
export interface MonitorFilter {
  q: string;
  status: readonly Status[];
  quiet: readonly QuietReason[];
  type: readonly string[];
  tag: readonly string[];
  /** Only monitors that have all the tags, not just one of them. */
  allTags: boolean;
  host: readonly string[];
  alerter: readonly string[];
  worker: readonly string[];
  /** Whether the table is in groups, one for each tag. */
  byTag: boolean;
  sort: SortKey;
  descending: boolean;
  size: PageSize;
  /** From 1. */
  page: number;
}

export const NO_FILTER: MonitorFilter = {
  q: '',
  status: [],
  quiet: [],
  type: [],
  tag: [],
  allTags: false,
  host: [],
  alerter: [],
  worker: [],
  byTag: false,
  sort: 'status',
  descending: false,
  size: 'all',
  page: 1,
};

/** The filter in a URL; ignores invalid parts. */
export function readFilter(params: URLSearchParams): MonitorFilter {
  const sort = params.get('sort') ?? NO_FILTER.sort;
  const key = SORT_KEYS.find((known) => known === sort.replace(/^-/, ''));
  const page = Number(params.get('page') ?? 1);
  return {
    q: params.get('q') ?? '',
    status: STATUSES.filter((status) => wordsOf(params, 'status').includes(status)),
    quiet: QUIET_REASONS.filter((reason) => wordsOf(params, 'quiet').includes(reason)),
    type: wordsOf(params, 'type'),
    tag: params.getAll('tag'),
    allTags: params.get('tags') === 'all',
    host: params.getAll('host'),
    alerter: params.getAll('alerter'),
    worker: params.getAll('worker'),
    byTag: params.get('group') === 'tag',
    sort: key ?? NO_FILTER.sort,
    descending: key !== undefined && sort.startsWith('-'),
    size: PAGE_SIZES.find((size) => size === params.get('size')) ?? NO_FILTER.size,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The shortest query for it. */
export function writeFilter(filter: MonitorFilter): URLSearchParams {
  const params = new URLSearchParams();
  if (filter.q !== '') params.set('q', filter.q);
  for (const name of ['status', 'quiet', 'type', 'tag', 'host', 'alerter', 'worker'] as const) {
    for (const value of filter[name]) params.append(name, value);
  }
  if (filter.allTags) params.set('tags', 'all');
  if (filter.byTag) params.set('group', 'tag');
  if (filter.sort !== NO_FILTER.sort || filter.descending) {
    params.set('sort', `${filter.descending ? '-' : ''}${filter.sort}`);
  }
  if (filter.size !== NO_FILTER.size) params.set('size', filter.size);
  if (filter.page !== 1) params.set('page', String(filter.page));
  return params;
}

/** Whether it excludes anything. */
export function isFiltering({ q, status, quiet, type, tag, host, alerter, worker }: MonitorFilter): boolean {
  return q.trim() !== '' || [status, quiet, type, tag, host, alerter, worker].some(({ length }) => length > 0);
}
