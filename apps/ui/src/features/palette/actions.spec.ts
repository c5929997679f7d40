import { expect, it } from '@jest/globals';
import '../../testing/location.js';
import { stateOf } from '../../testing/fixtures.js';

const { actionIn, namesFirst } = await import('./actions.js');

it('finds names before tags and messages, the exact one first', () => {
  const states = [
    stateOf('api', { tags: ['web'] }),
    stateOf('old-web'),
    stateOf('web-2'),
    stateOf('broken', { status: 'critical', message: 'the web is gone' }),
    stateOf('web'),
  ];
  expect(namesFirst(states, 'Web').map(({ name }) => name)).toEqual(['web', 'web-2', 'old-web', 'broken', 'api']);
});

it.each([
  ['run web', ['run'], 'web'],
  ['dis web eu', ['disable'], 'web eu'],
  ['e web', ['enable', 'edit'], 'web'],
  ['run', [], ''],
  ['web run', [], 'run'],
  ['', [], ''],
])('%j asks for %j', (text, verbs, rest) => {
  const found = actionIn(text);
  expect(found.actions.map(({ verb }) => verb)).toEqual(verbs);
  expect(found.rest).toBe(rest);
});
