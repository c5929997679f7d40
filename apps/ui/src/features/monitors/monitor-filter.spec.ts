import { describe, expect, it } from '@jest/globals';
import { stateOf } from '../../testing/fixtures.js';
import { NO_FILTER, readFilter, writeFilter } from './monitor-filter.js';
import { facetsOf, selectMonitors } from './select-monitors.js';

describe('the filter of the URL', () => {
  it.each([
    '',
    'q=shop+eu&status=critical&status=stale&type=http&tag=a%2Cb&worker=w1&sort=-since&size=50&page=3',
    'sort=-status',
    'sort=name&size=500',
  ])('"%s" is read and written the same', (query) => {
    expect(writeFilter(readFilter(new URLSearchParams(query))).toString()).toBe(query);
  });

  it.each(['sort=nonsense', 'size=7', 'page=0', 'page=x', 'status=fine'])('"%s" counts for nothing', (query) => {
    expect(readFilter(new URLSearchParams(query))).toEqual(NO_FILTER);
  });
});

describe('monitors', () => {
  const at = (minute: number): string => `2026-06-01T12:0${minute}:00.000Z`;
  const states = [
    stateOf('web', { tags: ['shop', 'eu'], since: at(1), latencyMs: 30, type: 'http' }),
    stateOf('db', { status: 'critical', since: at(3), type: 'tcp', message: 'Connection refused', ownerName: 'w2' }),
    stateOf('mail', { status: 'critical', since: at(2), type: 'tcp', latencyMs: 9 }),
    stateOf('old', { status: 'stale', since: null, target: 'ping shop.example.com' }),
  ];
  const select = (query: string): string[] =>
    selectMonitors(states, readFilter(new URLSearchParams(query))).map(({ name }) => name);

  it.each([
    ['', ['mail', 'db', 'old', 'web']],
    ['sort=-status', ['web', 'old', 'db', 'mail']],
    ['sort=name', ['db', 'mail', 'old', 'web']],
    ['sort=-latency', ['web', 'mail', 'db', 'old']],
    ['q=SHOP', ['old', 'web']],
    ['q=shop+ping', ['old']],
    ['q=refused', ['db']],
    ['status=critical&status=stale', ['mail', 'db', 'old']],
    ['type=tcp&worker=w2', ['db']],
    ['tag=eu&tag=us', ['web']],
    ['tag=us', []],
    ['status=critical,stale', ['mail', 'db', 'old']],
    ['status=critical,fine&status=stale', ['mail', 'db', 'old']],
    ['type=tcp,http', ['mail', 'db', 'old', 'web']],
    // A text that no monitor has as a whole is a list.
    ['tag=us,%20eu', ['web']],
    ['worker=w2,w3', ['db']],
    ['tag=us,eu&tag=asia', []],
  ])('by "%s" are %j', (query, expected) => {
    expect(select(query)).toEqual(expected);
  });

  it.each([
    ['tag=a,b', ['ab']],
    ['tag=a,b&tag=b', ['ab', 'b']],
    ['tag=a,c', ['a']],
    ['worker=rack 7, left', ['b']],
  ])('with commas in tags and names are found by "%s"', (query, expected) => {
    const commas = [
      stateOf('a', { tags: ['a'] }),
      stateOf('ab', { tags: ['a,b'] }),
      stateOf('b', { tags: ['b'], ownerName: 'rack 7, left' }),
    ];
    const found = selectMonitors(commas, readFilter(new URLSearchParams(query)));
    expect(found.map(({ name }) => name)).toEqual(expected);
  });

  it('list the possible filters', () => {
    expect(facetsOf(states)).toEqual({ types: ['http', 'tcp'], tags: ['eu', 'shop'], workers: ['w2', 'worker-1'] });
  });
});
