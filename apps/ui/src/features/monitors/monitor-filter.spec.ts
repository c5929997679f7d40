import { describe, expect, it } from '@jest/globals';
import { stateOf } from '../../testing/fixtures.js';
import { worstFirst } from '../../lib/status.js';
import { NO_FILTER, readFilter, writeFilter } from './monitor-filter.js';
import { countsLeft, facetsOf, hostOf, selectMonitors } from './select-monitors.js';
import { itemsOf, reasonOf } from './table-items.js';

describe('the filter of the URL', () => {
  it.each([
    '',
    'q=shop+eu&status=critical&status=stale&type=http&tag=a%2Cb&worker=w1&sort=-since&size=50&page=3',
    'sort=-status',
    'sort=name&size=500',
    'tag=a&tag=b&host=h&alerter=on-call&tags=all&group=tag',
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
  const uses = new Map([['on-call', ['web', 'db']]]);
  const select = (query: string): string[] =>
    selectMonitors(states, readFilter(new URLSearchParams(query)), uses).map(({ name }) => name);

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
    ['tag=eu&tag=shop&tags=all', ['web']],
    ['tag=eu&tag=us&tags=all', []],
    ['host=127.0.0.1&q=web', ['web']],
    ['alerter=on-call', ['db', 'web']],
    ['alerter=nobody', []],
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
    expect(facetsOf(states)).toEqual({
      types: ['http', 'tcp'],
      tags: ['eu', 'shop'],
      hosts: ['127.0.0.1'],
      workers: ['w2', 'worker-1'],
    });
  });
});

it.each([
  ['GET http://shop.example.com:80/a?b=http://c/', 'shop.example.com'],
  ['GET http://me@h/', 'h'],
  ['tcp://[::1]:80', '[::1]'],
  ['A example.com @ 192.0.2.1:53', '192.0.2.1'],
  ['192.0.2.9', '192.0.2.9'],
  ['db.example.com:5432', 'db.example.com'],
  ['calls of a job', ''],
  ['/bin/echo a b', ''],
  [null, ''],
])('the host of %j is %j', (target, host) => expect(hostOf({ target })).toBe(host));

it('counts what the other parts of the filter leave', () => {
  const all = [
    stateOf('a', { tags: ['x'], status: 'critical' }),
    stateOf('b', { tags: ['x'] }),
    stateOf('c', { quiet: 'silenced' }),
  ];
  const left = (query: string) => countsLeft(all, readFilter(new URLSearchParams(query)));
  expect(left('tag=x&status=critical').status).toMatchObject({ critical: 1, ok: 1 });
  expect(left('tag=x').quiet).toMatchObject({ silenced: 0 });
  expect(left('quiet=silenced').quiet).toMatchObject({ silenced: 1 });
  expect(left('quiet=silenced').status).toMatchObject({ critical: 0, ok: 1 });
});

it('groups by tag, in the order of the rows; without a tag come last', () => {
  const all = [stateOf('none'), stateOf('a', { tags: ['x', 'y'] }), stateOf('b', { tags: ['y'] })];
  expect(itemsOf(all, true).map(({ key }) => key)).toEqual(['# x', 'x/a', '# y', 'y/a', 'y/b', '# ', '/none']);
  expect(itemsOf(all, false).map(({ key }) => key)).toEqual(['none', 'a', 'b']);
});

it('says why what is not ok is not, also that it was critical', () => {
  expect(reasonOf(stateOf('a', { message: 'fine' }))).toBe('');
  expect(reasonOf(stateOf('a', { status: 'critical', message: 'refused' }))).toBe('refused');
  const lost = { status: 'orphaned', stored: 'critical', message: 'refused', reason: 'no worker' } as const;
  expect(reasonOf(stateOf('a', lost))).toBe('was critical (refused): no worker');
  const worst = [stateOf('u', { status: 'unknown' }), stateOf('a', lost), stateOf('c', { status: 'critical' })].sort(
    worstFirst,
  );
  expect(worst.map(({ name }) => name)).toEqual(['c', 'a', 'u']);
});
