import { expect, test } from '@jest/globals';
import { MatcherIndex } from './matcher-index.js';

test('a monitor whose settings are invalid is matched by its name, also after a change that it did not see', () => {
  const index = new MatcherIndex<string>();
  index.set('s1', { name: 'broken' }, 'one');
  const broken = { name: 'broken', settings: undefined };
  expect(index.of(broken).map(({ name }) => name)).toEqual(['s1']);
  index.set('s2', { name: 'b*' }, 'two');
  expect(index.of(broken).map(({ name }) => name)).toEqual(['s1', 's2']);
});
