import { expect, it } from '@jest/globals';
import { eventOf } from '../../testing/fixtures.js';
import { matchesFilter, mergedEvents, readEventFilter, writeEventFilter } from './event-filter.js';

const EVENTS = [
  eventOf('1', { type: 'error', message: 'Disk FULL', memberid: 'w1' }),
  eventOf('2', { type: 'status-changed', monitor: 'web', message: 'down', memberid: 'w2-x7f3k2' }),
];

it.each([
  ['', ['1', '2']],
  ['q=full', ['1']],
  ['q=WEB', ['2']],
  ['monitor=web&type=status-changed', ['2']],
  ['type=error&type=api', ['1']],
  ['member=w2', ['2']],
  ['member=w2-x7f3k2', ['2']],
  ['member=x7f3k2', []],
  ['type=error&member=w2', []],
  ['since=2026-06-01T11%3A59%3A00.000Z', ['1', '2']],
  ['since=2026-06-01T12%3A01%3A00.000Z', []],
  ['until=2026-06-01T11%3A59%3A00.000Z', []],
  ['since=15m', ['1', '2']],
])('"%s" leaves %j', (query, ids) => {
  const filter = readEventFilter(new URLSearchParams(query));
  expect(EVENTS.filter(matchesFilter(filter, Date.parse('2026-06-01T12:10:00.000Z'))).map(({ id }) => id)).toEqual(ids);
  expect(writeEventFilter(filter).toString()).toBe(query);
});

it.each([
  ['type=error,status-changed', ['error', 'status-changed'], []],
  ['type=error,api&type=warning&member=w1,w2', ['error', 'api', 'warning'], ['w1', 'w2']],
])('"%s" is several', (query, type, member) => {
  const filter = readEventFilter(new URLSearchParams(query));
  expect([filter.type, filter.member]).toEqual([type, member]);
});

it('ignores times that are none', () => {
  expect(readEventFilter(new URLSearchParams('since=soon&until=never'))).toMatchObject({ since: '', until: '' });
});

it('merges pages that overlap', () => {
  const [a, b] = [eventOf('1'), eventOf('2')];
  expect(mergedEvents([b, a], [a]).map(({ id }) => id)).toEqual(['2', '1']);
});
