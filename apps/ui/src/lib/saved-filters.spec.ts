import { beforeEach, expect, it } from '@jest/globals';
import { forgetFilter, saveFilter, savedFilters } from './saved-filters.js';

beforeEach(() => localStorage.clear());

it('keeps filters by name, the newest of a name, until it forgets them', () => {
  saveFilter({ name: 'mine', query: 'tag=a' });
  saveFilter({ name: 'critical', query: 'status=critical' });
  saveFilter({ name: 'mine', query: 'tag=b' });
  expect(savedFilters()).toEqual([
    { name: 'critical', query: 'status=critical' },
    { name: 'mine', query: 'tag=b' },
  ]);
  expect(forgetFilter('critical').map(({ name }) => name)).toEqual(['mine']);
});

it.each(['not json', '{}', '[1, null, {"name": "a"}]'])('has none when %s is stored', (stored) => {
  localStorage.setItem('9volt-filters', stored);
  expect(savedFilters()).toEqual([]);
});
