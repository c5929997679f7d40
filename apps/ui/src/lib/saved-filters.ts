const KEY = '9volt-filters';

/** A filter that the reader keeps in this browser. */
export interface SavedFilter {
  name: string;
  /** The query of the page. */
  query: string;
}

export function savedFilters(): SavedFilter[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isSaved) : [];
  } catch {
    return [];
  }
}

/** Replaces one of the same name. */
export function saveFilter(filter: SavedFilter): SavedFilter[] {
  return store([...savedFilters().filter(({ name }) => name !== filter.name), filter]);
}

export function forgetFilter(name: string): SavedFilter[] {
  return store(savedFilters().filter((filter) => filter.name !== name));
}

function store(filters: SavedFilter[]): SavedFilter[] {
  localStorage.setItem(KEY, JSON.stringify(filters));
  return filters;
}

function isSaved(one: unknown): one is SavedFilter {
  const { name, query } = (one ?? {}) as Partial<SavedFilter>;
  return typeof name === 'string' && typeof query === 'string';
}
